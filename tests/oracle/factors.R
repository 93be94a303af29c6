# Reference figures for exploratory factor analysis and the number of factors. Run from tests/oracle.
suppressMessages({library(lavaan); library(psych); library(GPArotation)})
out <- c("case,quantity,row,column,value")
put <- function(case, quantity, matrix) {
  matrix <- as.matrix(matrix)
  for (i in seq_len(nrow(matrix))) for (j in seq_len(ncol(matrix)))
    out <<- c(out, sprintf("%s,%s,%d,%d,%.12g", case, quantity, i, j, matrix[i, j]))
}
nine <- read.csv("polychoric/ordinal.csv")[paste0("y", 1:9)]; items <- names(nine)
R <- cor(nine)
options(digits = 15)
for (fm in c("minres", "ml")) {
  f <- suppressWarnings(psych::fa(R, 3, n.obs = 500, fm = fm, rotate = "none"))
  put(fm, "communality", matrix(f$communality))
}
f <- suppressWarnings(psych::fa(R, 3, n.obs = 500, fm = "pa", rotate = "none", max.iter = 5000, min.err = 1e-12))
put("pa", "communality", matrix(f$communality))
ml <- factanal(covmat = R, factors = 3, n.obs = 500, rotation = "none", control = list(nstart = 3, opt = list(factr = 1)))
put("factanal", "uniqueness", matrix(ml$uniquenesses)); put("factanal", "chi2", ml$STATISTIC); put("factanal", "dof", ml$dof)
A <- unclass(psych::fa(R, 3, n.obs = 500, fm = "minres", rotate = "none")$loadings)
write.table(format(A, digits = 15), "factors/unrotated.csv", row.names = F, col.names = F, sep = ",", quote = F)
start <- function(k) { set.seed(k); qr.Q(qr(matrix(rnorm(9), 3))) }
best <- function(f) { fits <- lapply(0:5, function(k) f(if (k == 0) diag(3) else start(k))); fits[[which.min(sapply(fits, function(x) tail(x$Table[, 2], 1)))]] }
rotations <- list(
  varimax = function(T) GPForth(A, Tmat = T, method = "varimax", eps = 1e-8, maxit = 2000),
  quartimin = function(T) GPFoblq(A, Tmat = T, method = "quartimin", eps = 1e-8, maxit = 2000),
  geomin = function(T) GPFoblq(A, Tmat = T, method = "geomin", methodArgs = list(delta = .001), eps = 1e-6, maxit = 3000),
  bifactor = function(T) GPForth(A, Tmat = T, method = "bifactor", eps = 1e-8, maxit = 2000))
for (name in names(rotations)) {
  fit <- best(rotations[[name]])
  put(name, "loadings", fit$loadings); put(name, "factor_corr", if (is.null(fit$Phi)) diag(3) else fit$Phi); put(name, "value", tail(fit$Table[, 2], 1))
}
target <- matrix(NA, 9, 3); for (j in 1:3) { target[, j] <- 0; target[(3 * j - 2):(3 * j), j] <- NA }
weight <- 1 * !is.na(target); target[is.na(target)] <- 0
fit <- GPFoblq(A, method = "pst", methodArgs = list(W = weight, Target = target), eps = 1e-8, maxit = 2000)
put("target", "loadings", fit$Lh <- fit$loadings); put("target", "factor_corr", fit$Phi)
k <- stats::varimax(A, normalize = TRUE, eps = 1e-14); put("varimax_kaiser", "loadings", unclass(k$loadings))
pm <- stats::promax(unclass(k$loadings), m = 4); put("promax", "loadings", unclass(pm$loadings))
put("promax", "factor_corr", solve(t(pm$rotmat) %*% pm$rotmat))
message("rotations done"); from_lavaan <- function(case, fit) {
  pe <- parameterEstimates(fit); l <- pe[pe$op == "=~", ]
  put(case, "loadings", matrix(l$est, 9)); put(case, "std_error", matrix(l$se, 9))
  v <- pe[pe$op == "~~" & pe$lhs != pe$rhs & grepl("^f", pe$lhs), ]
  if (nrow(v)) { put(case, "phi_estimate", matrix(v$est)); put(case, "phi_std_error", matrix(v$se)) }
  fm <- fitMeasures(fit); put(case, "chi2_scaled", fm["chisq.scaled"]); put(case, "dof", fm["df"]); put(case, "chi2", fm["chisq"])
}
for (est in c("ULSMV", "WLSMV")) for (rot in c("oblimin", "geomin", "varimax")) {
  args <- list(row.weights = "none", rstarts = 3L, orthogonal = rot == "varimax", geomin.epsilon = .001, tol = 1e-7)
  message(est, rot); fit <- tryCatch(efa(nine, nfactors = 3, ordered = items, estimator = est, rotation = rot, rotation.args = args, output = "lavaan"), error = function(e) { message(e); NULL })
  if (!is.null(fit)) { if (is.list(fit) && !isS4(fit)) fit <- fit[[1]]; from_lavaan(paste0("lavaan_", est, "_", rot), fit) }
}
message("ordered done"); fit <- efa(as.data.frame(scale(nine)), nfactors = 3, estimator = "MLM", rotation = "oblimin", rotation.args = list(row.weights = "none", rstarts = 3L), output = "lavaan")
if (is.list(fit) && !isS4(fit)) fit <- fit[[1]]
ss <- standardizedSolution(fit); l <- ss[ss$op == "=~", ]
put("lavaan_MLM_oblimin", "loadings", matrix(l$est.std, 9)); put("lavaan_MLM_oblimin", "std_error", matrix(l$se, 9))
message("mlm done"); v <- suppressWarnings(psych::vss(R, n = 6, n.obs = 500, plot = FALSE, rotate = "none")); put("map", "map", matrix(v$map))
put("kmo", "overall", KMO(R)$MSA); put("kmo", "item", matrix(KMO(R)$MSAi))
b <- cortest.bartlett(R, n = 500); put("bartlett", "chi2", b$chisq); put("bartlett", "dof", b$df); put("bartlett", "p", b$p.value)
put("eigen", "pca", matrix(eigen(R)$values)); one <- psych::fa(R, 1, n.obs = 500); put("eigen", "fa", matrix(one$values))
writeLines(out, "factors/expected.csv")
writeLines(c(R.version.string, paste(c("lavaan", "psych", "GPArotation"), sapply(c("lavaan", "psych", "GPArotation"), function(p) as.character(packageVersion(p))))), "factors/VERSIONS.txt")

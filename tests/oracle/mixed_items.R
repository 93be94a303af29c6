# Reference figures for ordered items beside continuous ones and given covariates.
# Run from the repository: Rscript tests/oracle/mixed_items.R
# Data: tests/oracle/mixed_items/*.csv (simulate.py beside them). Writes observed.csv, gamma_*.csv, estimates.csv,
# measures.csv, indices.csv, scores.csv. lavaan 0.6-14 ignores `cluster` for categorical data, so the covariance with
# clusters is put together from its casewise scores.
suppressPackageStartupMessages(library(lavaan))
here <- "tests/oracle/mixed_items"
d <- read.csv(file.path(here, "mixed.csv")); gaps <- read.csv(file.path(here, "gaps.csv"))
ord <- c("u1", "u2", "u3", "u4")
plain <- "f1 =~ u1 + u2 + y1 + y2\nf2 =~ u3 + u4 + y3 + y4"
mimic <- paste0(plain, "\nf1 ~ x1 + x2\nf2 ~ x1 + x2\nu2 ~ x1")
ordinal <- "f =~ u1 + u2 + u3 + u4\nf ~ x1 + x2\nu2 ~ x1"
path <- "u1 ~ x1 + a*y1\ny1 ~ b*x2 + x1\nu4 ~ y1 + x2\nab := a*b"
# With an ordered mediator lavaan 0.6-14 loses the unit variance of `u4` under delta; theta is sound.
mediator <- "u1 ~ x1 + y1\ny1 ~ x2 + x1\nu4 ~ u1 + x2"
observed <- NULL; estimates <- NULL; measures <- NULL; indices <- NULL
wanted <- c("npar", "chisq", "df", "baseline.chisq", "baseline.df", "srmr", "chisq.scaled", "pvalue.scaled",
            "chisq.scaling.factor", "cfi", "tli", "rmsea", "cfi.scaled", "tli.scaled", "rmsea.scaled",
            "rmsea.ci.lower.scaled", "rmsea.ci.upper.scaled")
keep <- function(case, fit) {
  pe <- parameterEstimates(fit, remove.nonfree = FALSE); sl <- standardizedSolution(fit)
  if (is.null(pe$group)) pe$group <- 1
  if (is.null(sl$group)) sl$group <- 1
  key <- function(t) paste(t$lhs, t$op, t$rhs, t$group)
  at <- match(key(pe), key(sl))
  estimates <<- rbind(estimates, data.frame(case, lhs = pe$lhs, op = pe$op, rhs = pe$rhs, group = pe$group,
    est = signif(pe$est, 9), se = signif(pe$se, 9), std = signif(sl$est.std[at], 9), std_se = signif(sl$se[at], 9)))
  fm <- fitMeasures(fit); fm <- fm[intersect(wanted, names(fm))]
  measures <<- rbind(measures, data.frame(case, name = names(fm), value = signif(as.numeric(fm), 10)))
}
statistics <- function(case, fit) {
  w <- lavInspect(fit, "wls.obs")
  w[grepl("~1$", names(w))] <- -w[grepl("~1$", names(w))]
  observed <<- rbind(observed, data.frame(case, name = names(w), value = signif(as.numeric(w), 12)))
}
# lavaan keeps minus the intercepts of continuous items
upright <- function(g) { sign <- ifelse(grepl("~1$", rownames(g)), -1, 1); unclass(g) * outer(sign, sign) }
gamma <- function(case, g) write.table(signif(unclass(g), 9), file.path(here, paste0("gamma_", case, ".csv")),
                                       row.names = FALSE, col.names = FALSE, sep = ",")
run <- function(model, data, ...) sem(model, data, ordered = ord, std.lv = TRUE, ...)

for (e in c("WLSMV", "WLSM", "ULSMV", "ULSM", "WLS")) keep(paste0("plain_", e), run(plain, d, estimator = e))
keep("plain_theta", run(plain, d, parameterization = "theta"))
keep("plain_marker", sem(plain, d, ordered = ord))
keep("plain_pairwise", run(plain, gaps, missing = "pairwise"))
keep("plain_listwise", run(plain, gaps))
fit <- run(plain, d, sampling.weights = "weight"); keep("plain_weights", fit); statistics("plain_weights", fit)
fit <- run(mimic, d); keep("mimic_WLSMV", fit); statistics("mimic", fit)
mi <- modindices(fit); indices <- rbind(indices, data.frame(case = "mimic_WLSMV", mi[, c("lhs", "op", "rhs", "mi", "epc", "sepc.all")]))
# lavaan 0.6-14 leaves direct effects on items out of its scores: models without
given <- paste0(plain, "\nf1 ~ x1 + x2\nf2 ~ x1 + x2")
scores <- data.frame(given = lavPredict(run(given, d)))
mi <- modindices(run(plain, d)); indices <- rbind(indices, data.frame(case = "plain_WLSMV", mi[, c("lhs", "op", "rhs", "mi", "epc", "sepc.all")]))
scores <- cbind(scores, plain = lavPredict(run(plain, d)))
keep("mimic_ULSMV", run(mimic, d, estimator = "ULSMV"))
keep("mimic_WLS", run(mimic, d, estimator = "WLS"))
keep("mimic_theta", run(mimic, d, parameterization = "theta"))
fit <- run(mimic, gaps, missing = "pairwise"); keep("mimic_pairwise", fit); statistics("mimic_pairwise", fit)
gamma("mimic_pairwise", upright(lavInspect(fit, "gamma")))
fit <- run(mimic, d, sampling.weights = "weight"); keep("mimic_weights", fit); statistics("mimic_weights", fit)
gamma("mimic_weights", upright(lavInspect(fit, "gamma")))
keep("mimic_groups", run(mimic, d, group = "group"))
keep("mimic_groups_loadings", run(mimic, d, group = "group", group.equal = "loadings"))
keep("plain_groups_loadings", run(plain, d, group = "group", group.equal = "loadings"))
fit <- run(ordinal, d); keep("ordinal_WLSMV", fit); statistics("ordinal", fit)
scores <- cbind(scores, ordinal.f = as.numeric(lavPredict(run("f =~ u1 + u2 + u3 + u4\nf ~ x1 + x2", d))))
keep("path_WLSMV", sem(path, d, ordered = c("u1", "u4")))
keep("mediator_theta", sem(mediator, d, ordered = c("u1", "u4"), parameterization = "theta"))

# Gamma of the conditional statistics with clusters: correlations become covariances by the delta method.
items <- c("u1", "u2", "y1", "y2", "u3", "u4", "y3", "y4"); numeric <- !(items %in% ord)
step <- lavaan:::muthen1984(Data = data.matrix(d[items]) + ifelse(col(d[items]) %in% which(!numeric), 1, 0),
  ov.names = items, ov.types = ifelse(numeric, "numeric", "ordered"), ov.names.x = c("x1", "x2"),
  ov.levels = ifelse(numeric, 0, sapply(d[items], function(x) length(unique(x)))),
  eXo = as.matrix(d[, c("x1", "x2")]), WLS.W = TRUE)
score <- rowsum(step$SC, d$cluster); n.cluster <- nrow(score)
bread <- solve(rbind(cbind(step$A11, step$A12), cbind(step$A21, step$A22)))
by.correlation <- nrow(d) * n.cluster / (n.cluster - 1) * bread %*% crossprod(score) %*% t(bread)
m <- nrow(by.correlation); k <- length(items); pair <- which(lower.tri(diag(k)), arr.ind = TRUE)
value <- observed$value[observed$case == "mimic"]
at.variance <- rep(NA, k); at.variance[numeric] <- m - nrow(pair) - sum(numeric) + seq_len(sum(numeric))
sd <- ifelse(numeric, sqrt(value[at.variance]), 1); change <- diag(m)
for (r in seq_len(nrow(pair))) {
  i <- pair[r, 1]; j <- pair[r, 2]; row <- m - nrow(pair) + r
  change[row, row] <- sd[i] * sd[j]
  for (h in c(i, j)) if (numeric[h]) change[row, at.variance[h]] <- value[row] / (2 * sd[h]^2)
}
gamma("mimic_clusters", change %*% by.correlation %*% t(change))
rows <- nrow(d) * bread %*% crossprod(step$SC) %*% t(bread)
stopifnot(max(abs(change %*% rows %*% t(change) / upright(lavInspect(run(mimic, d), "gamma")) - 1)) < 1e-8)
write.csv(observed, file.path(here, "observed.csv"), row.names = FALSE)
write.csv(estimates, file.path(here, "estimates.csv"), row.names = FALSE)
write.csv(measures, file.path(here, "measures.csv"), row.names = FALSE)
write.csv(cbind(indices[, 1:4], signif(indices[, 5:7], 8)), file.path(here, "indices.csv"), row.names = FALSE)
write.csv(signif(scores, 8), file.path(here, "scores.csv"), row.names = FALSE)
writeLines(paste("lavaan", packageVersion("lavaan"), R.version.string), file.path(here, "versions.txt"))

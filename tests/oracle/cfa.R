# Reference figures for confirmatory models. Run from the repository: Rscript tests/oracle/cfa.R
# Data: tests/oracle/cfa/*.csv (tests/oracle/cfa/simulate.py). Writes estimates.csv, measures.csv, indices.csv.
suppressPackageStartupMessages({library(lavaan); library(semTools)})
here <- "tests/oracle/cfa"
get <- function(name) read.csv(file.path(here, paste0(name, ".csv")))
five <- get("five"); three <- get("three"); binary <- get("binary"); holes <- get("five_missing")
normal <- get("continuous"); gaps <- get("continuous_missing")
items <- paste0("u", 1:8)
two <- "f1 =~ u1 + u2 + u3 + u4\nf2 =~ u5 + u6 + u7 + u8"
ynames <- "f =~ y1 + y2 + y3\nm =~ y4 + y5 + y6"
path <- paste0(ynames, "\nf ~ a1*x1 + a2*x2\nm ~ b*f\nindirect := a1*b\n")
version <- paste("lavaan", packageVersion("lavaan"), R.version.string)
wanted <- c("npar", "chisq", "df", "pvalue", "baseline.chisq", "logl", "aic", "bic", "srmr", "chisq.scaled", "pvalue.scaled",
            "chisq.scaling.factor")
for (part in c("cfi", "tli", "rmsea", "rmsea.ci.lower", "rmsea.ci.upper"))
  wanted <- c(wanted, part, paste0(part, ".scaled"), paste0(part, ".robust"))
estimates <- NULL; measures <- NULL; indices <- NULL
keep <- function(case, fit, std = FALSE) {
  pe <- parameterEstimates(fit, remove.nonfree = FALSE)
  if (is.null(pe$group)) pe$group <- 1
  sl <- standardizedSolution(fit)
  if (is.null(sl$group)) sl$group <- 1
  key <- function(d) paste(d$lhs, d$op, d$rhs, d$group)
  at <- match(key(pe), key(sl))
  out <- data.frame(case, lhs = pe$lhs, op = pe$op, rhs = pe$rhs, group = pe$group, est = pe$est, se = pe$se,
                    std = sl$est.std[at], std_se = sl$se[at])
  estimates <<- rbind(estimates, out)
  fm <- fitMeasures(fit)
  fm <- fm[intersect(wanted, names(fm))]
  measures <<- rbind(measures, data.frame(case, name = names(fm), value = signif(as.numeric(fm), 12)))
}
keep_mi <- function(case, fit) {
  mi <- modindices(fit)
  if (is.null(mi$group)) mi$group <- 1
  indices <<- rbind(indices, data.frame(case, mi[, c("lhs", "op", "rhs", "group", "mi", "epc", "sepc.all")]))
}
ord <- function(data, ...) cfa(two, data, ordered = items, std.lv = TRUE, ...)
for (est in c("WLSMV", "WLSM", "ULSMV", "WLS", "ULSM")) keep(paste0("five_", est), ord(five, estimator = est))
keep_mi("five_WLSMV", ord(five, estimator = "WLSMV"))
keep("five_theta", ord(five, parameterization = "theta"))
keep("three_delta", ord(three)); keep("binary_delta", ord(binary))
keep("five_groups", ord(five, group = "g")); keep("five_groups_theta", ord(five, group = "g", parameterization = "theta"))
keep("five_loadings", ord(five, group = "g", group.equal = "loadings", parameterization = "theta"))
keep("five_pairwise", ord(holes, missing = "pairwise")); keep("five_listwise", ord(holes))
weighted <- try(ord(five, sampling.weights = "w")); if (!inherits(weighted, "try-error")) keep("five_weights", weighted)
markers <- cfa(two, five, ordered = items); keep("five_marker", markers)
one <- cfa("f =~ u1 + a*u2 + a*u3 + u4 + u5 + u6\nu1 ~~ u2", five, ordered = items[1:6], std.lv = TRUE); keep("five_equal", one)
keep("five_path", sem("g1 =~ u1 + u2 + u3\ng2 =~ u4 + u5 + u6\ng2 ~ g1", five, ordered = items[1:6], std.lv = TRUE))
for (est in c("ML", "MLM", "MLR")) keep(paste0("normal_", est), cfa(ynames, normal, estimator = est, std.lv = TRUE))
keep_mi("normal_ML", cfa(ynames, normal, estimator = "ML", std.lv = TRUE))
for (est in c("ML", "MLM", "MLR")) keep(paste0("groups_", est), cfa(ynames, normal, estimator = est, std.lv = TRUE, group = "g"))
keep("scalar_MLR", cfa(ynames, normal, estimator = "MLR", std.lv = TRUE, group = "g", group.equal = c("loadings", "intercepts")))
keep("scalar_MLM", cfa(ynames, normal, estimator = "MLM", std.lv = TRUE, group = "g", group.equal = c("loadings", "intercepts")))
keep("fiml_ML", cfa(ynames, gaps, estimator = "ML", missing = "fiml", std.lv = TRUE))
keep("fiml_MLR", cfa(ynames, gaps, estimator = "MLR", missing = "fiml", std.lv = TRUE))
keep("fiml_groups", cfa(ynames, gaps, estimator = "MLR", missing = "fiml", std.lv = TRUE, group = "g"))
for (est in c("ML", "MLR")) keep(paste0("path_", est), sem(path, normal, estimator = est))
keep("path_random_MLR", sem(path, normal, estimator = "MLR", fixed.x = FALSE, meanstructure = TRUE))
keep("normal_weights", cfa(ynames, normal, estimator = "MLR", std.lv = TRUE, sampling.weights = "w"))
keep("normal_cluster", cfa(ynames, normal, estimator = "MLR", std.lv = TRUE, cluster = "c"))
keep("second_order", cfa("k1 =~ u1 + u2 + u3\nk2 =~ u4 + u5\nk3 =~ u6 + u7 + u8\nk =~ k1 + k2 + k3", five, estimator = "ML"))
for (k in c("est", "se", "std", "std_se")) estimates[[k]] <- signif(estimates[[k]], 10)
write.csv(estimates, file.path(here, "estimates.csv"), row.names = FALSE)
write.csv(measures, file.path(here, "measures.csv"), row.names = FALSE)
writeLines(version, file.path(here, "versions.txt"))
write.csv(indices, file.path(here, "indices.csv"), row.names = FALSE)

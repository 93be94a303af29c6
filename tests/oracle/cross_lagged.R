# Reference figures for random-intercept cross-lagged panel models with covariates and groups (Mulder & Hamaker 2021).
# Run from the repository: Rscript tests/oracle/cross_lagged.R
suppressPackageStartupMessages(library(lavaan))
here <- "tests/oracle/cross_lagged"
dir.create(here, showWarnings = FALSE)
out <- NULL
record <- function(case, name, estimate, std_error = NA) {
  out <<- rbind(out, data.frame(case, name, estimate = as.numeric(estimate), std_error = as.numeric(std_error)))
}
set.seed(815)
n <- 420
arm <- rep(c("no", "yes"), c(230, 190)); age <- round(rnorm(n, 45, 12)) / 10; woman <- rbinom(n, 1, 0.55)
usual <- cbind(rnorm(n), rnorm(n)); usual[, 2] <- 0.4 * usual[, 1] + 0.9 * usual[, 2]
usual <- usual + cbind(0.3 * age, 0.2 * age + 0.4 * woman)
now <- cbind(rnorm(n), rnorm(n)); panel <- data.frame(arm, age, woman)
for (t in 1:3) {
  if (t > 1) {
    lead <- ifelse(arm == "yes", 0.45, 0.15)
    now <- cbind(0.3 * now[, 1] + 0.1 * now[, 2], lead * now[, 1] + 0.3 * now[, 2]) + matrix(rnorm(2 * n), n) * 0.9
  }
  panel[[paste0("trust_", t)]] <- round(1 + usual[, 1] + now[, 1], 3)
  panel[[paste0("work_", t)]] <- round(1 + 0.1 * t + usual[, 2] + now[, 2] + 0.1 * t * woman, 3)
}
panel[4:9][matrix(runif(n * 6) < 0.06, n)] <- NA
panel$age[c(3, 77, 150)] <- NA
write.csv(panel, file.path(here, "panel.csv"), row.names = FALSE, na = "")
panel <- read.csv(file.path(here, "panel.csv"))

lines <- function(...) paste0(c(...), collapse = "\n")
riclpm <- function(lag, extra = NULL, w = 1:3) {
  k <- length(w)
  lines(unlist(lapply(c("trust", "work"), function(v) c(paste0("R", v, " =~ ", paste0("1*", v, "_", w, collapse = " + ")),
      paste0("w", v, w, " =~ 1*", v, "_", w), paste0(v, "_", w, " ~~ 0*", v, "_", w), paste0(v, "_", w, " ~ 1")))),
    unlist(lapply(2:k, function(t) c(
      paste0("wtrust", w[t], " ~ ", lag("xx", t), "wtrust", w[t - 1], " + ", lag("yx", t), "wwork", w[t - 1]),
      paste0("wwork", w[t], " ~ ", lag("xy", t), "wtrust", w[t - 1], " + ", lag("yy", t), "wwork", w[t - 1])))),
    paste0("wtrust", w, " ~~ wwork", w), paste0("wtrust", w, " ~~ wtrust", w), paste0("wwork", w, " ~~ wwork", w),
    "Rtrust ~~ Rtrust", "Rwork ~~ Rwork", "Rtrust ~~ Rwork", extra)
}
over_lags <- function(pair, t) paste0("b", pair, "*")
both <- function(pair, t) paste0("c(b", pair, ",b", pair, ")*")
by_group <- function(pair, t) paste0("c(b", pair, "1,b", pair, "2)*")
each <- function(pair, t) ""
each_same <- function(pair, t) paste0("c(b", pair, t, ",b", pair, t, ")*")
covariates <- "age ~~ age\nwoman ~~ woman\nage ~~ woman\nage ~ 1\nwoman ~ 1"
on_stable <- lines("Rtrust ~ age + woman", "Rwork ~ age + woman", covariates)
on_waves <- lines(paste0(rep(c("trust_", "work_"), each = 3), 1:3, " ~ age + woman"), covariates)
save_fit <- function(case, fit) {
  pe <- parameterEstimates(fit); std <- standardizedSolution(fit)
  g <- if ("group" %in% names(pe)) paste0(" ", lavInspect(fit, "group.label")[pe$group]) else rep("", nrow(pe))
  for (r in which(pe$op == "~" )) record(case, paste0(pe$lhs[r], " ", pe$rhs[r], g[r]), pe$est[r], pe$se[r])
  for (r in which(std$lhs == "Rtrust" & std$rhs == "Rwork")) record(case, paste0("stable", g[r]), std$est.std[r], std$se[r])
  for (r in which(std$op == "=~" & std$lhs %in% c("Rtrust", "Rwork") & grepl("_1$", std$rhs)))
    record(case, paste0("share ", std$lhs[r], g[r]), std$est.std[r]^2, 2 * std$est.std[r] * std$se[r])
  fm <- fitMeasures(fit); for (name in c("chisq", "df", "chisq.scaled")) if (name %in% names(fm)) record(case, name, fm[[name]])
}
compare <- function(case, name, free, nested) {
  test <- lavTestLRT(free, nested)
  for (what in c("Chisq diff", "Df diff", "Pr(>Chisq)")) record(case, paste(name, what), test[2, what])
}
fit <- function(model, ...) lavaan(model, data = panel, estimator = "MLR", missing = "ml", fixed.x = FALSE, ...)
stable <- fit(riclpm(over_lags, on_stable)); waves <- fit(riclpm(over_lags, on_waves)); stable_free <- fit(riclpm(each, on_stable))
save_fit("stable", stable); compare("stable", "covariates", waves, stable); compare("stable", "lags", stable_free, stable)
save_fit("waves", waves)
groups <- fit(riclpm(by_group), group = "arm"); same <- fit(riclpm(both), group = "arm")
save_fit("groups", groups); compare("groups", "same", groups, same)
free <- fit(riclpm(each), group = "arm"); free_same <- fit(riclpm(each_same), group = "arm")
compare("groups", "lags", free, groups)
save_fit("groups_free", free); compare("groups_free", "same", free, free_same)
v <- vcov(groups); for (p in c("xy", "yx", "xx", "yy")) {
  a <- paste0("b", p, 1); b <- paste0("b", p, 2); i <- match(c(a, b), colnames(v)); k <- coef(groups)
  record("groups", paste0("difference_", p), k[[b]] - k[[a]], sqrt(v[i[2], i[2]] + v[i[1], i[1]] - 2 * v[i[1], i[2]]))
}
two <- fit("trust_2 ~ trust_1 + work_1 + age\nwork_2 ~ trust_1 + work_1 + age\ntrust_1 ~ age\nwork_1 ~ age\ntrust_2 ~~ work_2\ntrust_1 ~~ work_1\nage ~~ age\nage ~ 1",
  auto.var = TRUE, meanstructure = TRUE, int.ov.free = TRUE)
save_fit("two", two)
print(unique(names(warnings())))
writeLines(paste("lavaan", packageVersion("lavaan"), R.version.string), file.path(here, "versions.txt"))
write.csv(out, file.path(here, "expected.csv"), row.names = FALSE)

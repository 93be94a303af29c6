# Reference figures for latent change score and cross-lagged panel models, on data simulated here.
# Run from the repository: Rscript tests/oracle/panel_models.R
suppressPackageStartupMessages(library(lavaan))
here <- "tests/oracle/panel_models"
version <- paste("lavaan", packageVersion("lavaan"), R.version.string)
out <- NULL
record <- function(case, name, estimate, std_error = NA) {
  out <<- rbind(out, data.frame(case, name, estimate = as.numeric(estimate), std_error = as.numeric(std_error)))
}
items <- c("a", "b", "c", "d")
save_data <- function(data, name) {
  write.csv(data, file.path(here, paste0(name, ".csv")), row.names = FALSE, na = "")
  read.csv(file.path(here, paste0(name, ".csv")))
}

# --- data
set.seed(20231)
simulate_items <- function(n) {
  pre <- rnorm(n); post <- 0.35 + 0.75 * pre + 0.6 * rnorm(n)
  own <- matrix(rnorm(4 * n), n) * 0.5  # what an item keeps of its own over waves
  load <- c(1.0, 0.8, 1.2, 0.9)
  y <- cbind(outer(pre, load) + own + matrix(rnorm(4 * n), n), outer(post, load) + own + matrix(rnorm(4 * n), n))
  colnames(y) <- c(paste0(items, "_pre"), paste0(items, "_post")); y
}
y <- simulate_items(420)
ordinal <- save_data(as.data.frame(matrix(findInterval(y, c(-2, -0.7, 0.6, 1.9)) + 1, nrow(y), dimnames = list(NULL, colnames(y)))), "latent_ordinal")
y <- round(simulate_items(300) + 3, 3)
y[runif(300) < 0.25, 5:8] <- NA; y[matrix(runif(2400) < 0.04, 300)] <- NA
continuous <- save_data(as.data.frame(y), "latent_continuous")
n <- 350
usual <- rnorm(n); usual <- cbind(usual, 0.5 * usual + 0.8 * rnorm(n))
site <- rep(1:35, each = 10); usual <- usual + 0.4 * rnorm(35)[site]
now <- cbind(rnorm(n), rnorm(n)); panel <- data.frame(site)
for (t in 1:4) {
  if (t > 1) now <- now %*% matrix(c(0.35, 0.1, 0.2, 0.3), 2) + cbind(rexp(n) - 1, rnorm(n)) * 0.9
  panel[[paste0("trust_", t)]] <- round(3 + usual[, 1] + now[, 1], 3)
  panel[[paste0("work_", t)]] <- round(2 + usual[, 2] + now[, 2], 3)
}
panel[-1][matrix(runif(n * 8) < 0.06, n)] <- NA
panel <- save_data(panel, "panel")

# --- latent change score models written out
lines <- function(...) paste0(c(...), collapse = "\n")
change <- lines("post ~ 1*pre", "post ~~ 0*post", "D =~ 1*post", "D ~~ v*D", "D ~~ k*pre", "D ~ m*1", "pre ~ 0*1", "post ~ 0*1",
                paste0(items, "_pre ~~ ", items, "_post"))
figures <- function(case, fit) {
  pe <- parameterEstimates(fit)
  for (name in pe$lhs[pe$op == ":="]) record(case, name, pe$est[pe$lhs == name & pe$op == ":="], pe$se[pe$lhs == name & pe$op == ":="])
  fm <- fitMeasures(fit)
  for (name in intersect(c("chisq", "df", "chisq.scaled"), names(fm))) record(case, name, fm[[name]])
}
equal <- function(wave, loads) paste0(wave, " =~ ", paste0(loads, "*", items, "_", wave, collapse = " + "))
linear <- function(case, free = NULL, ...) {
  model <- lines(equal("pre", c("1", "l2", "l3", "l4")), equal("post", c("1", "l2", "l3", "l4")), change, "pre ~~ p*pre",
    unlist(lapply(items, function(i) if (i %in% free) paste0(i, c("_pre", "_post"), " ~ ", i, c("1", "2"), "*1") else paste0(i, c("_pre", "_post"), " ~ i", i, "*1"))),
    "mean := m/sqrt(p)", "variance := v/p", "with_start := k/sqrt(p*v)", "stability := (p + k)/sqrt(p*(p + v + 2*k))",
    "people := m*(1 + l2 + l3 + l4)/4", if (length(free)) paste0("drift := (", free, "2 - ", free, "1)/4") else NULL)
  figures(case, lavaan(model, data = continuous, auto.var = TRUE, meanstructure = TRUE, ...))
}
linear("linear_ML", estimator = "ML")
linear("linear_MLR", estimator = "MLR")
linear("linear_fiml", estimator = "MLR", missing = "ml")
linear("linear_partial", free = "c", estimator = "MLR", missing = "ml")
taus <- function(i) paste0(i, c("_pre", "_post"), " | ", paste0("t", i, 1:4, "*t", 1:4, collapse = " + "))
loads <- paste0("l", items)
expect <- function(mean, var, i) paste0("pnorm((", mean, "*l", i, " - t", i, 1:4, ")/sqrt(1 + l", i, "^2*(", var, ")))", collapse = " + ")
ordinal_case <- function(case, ...) {
  model <- lines(sub("=~ ", "=~ NA*a_pre + ", equal("pre", loads)), sub("=~ ", "=~ NA*a_post + ", equal("post", loads)), change,
    "pre ~~ 1*pre", unlist(lapply(items, taus)), paste0(items, "_pre ~~ 1*", items, "_pre"), paste0(items, "_post ~~ NA*", items, "_post"),
    "mean := m", "variance := v", "with_start := k/sqrt(v)", "stability := (1 + k)/sqrt(1 + v + 2*k)",
    paste0("people := (", paste0(sapply(items, function(i) paste0("(", expect("m", "1 + v + 2*k", i), ") - (", expect("0", "1", i), ")")), collapse = " + "), ")/4"))
  figures(case, lavaan(model, data = ordinal, ordered = names(ordinal), parameterization = "theta", auto.var = TRUE, ...))
}
ordinal_case("ordinal_WLSMV", estimator = "WLSMV")
ordinal_case("ordinal_ULSMV", estimator = "ULSMV")

# --- random-intercept cross-lagged panel models
riclpm <- function(waves, same) {
  k <- length(waves)
  lag <- function(o, p) if (same) paste0("b", p, o, "*") else ""
  lines(unlist(lapply(c("trust", "work"), function(v) c(paste0("R", v, " =~ ", paste0("1*", v, "_", waves, collapse = " + ")),
      paste0("w", v, waves, " =~ 1*", v, "_", waves), paste0(v, "_", waves, " ~~ 0*", v, "_", waves), paste0(v, "_", waves, " ~ 1")))),
    unlist(lapply(2:k, function(t) c(
      paste0("wtrust", waves[t], " ~ ", lag("x", "x"), "wtrust", waves[t - 1], " + ", lag("x", "y"), "wwork", waves[t - 1]),
      paste0("wwork", waves[t], " ~ ", lag("y", "x"), "wtrust", waves[t - 1], " + ", lag("y", "y"), "wwork", waves[t - 1])))),
    paste0("wtrust", waves, " ~~ wwork", waves), paste0("wtrust", waves, " ~~ wtrust", waves), paste0("wwork", waves, " ~~ wwork", waves),
    "Rtrust ~~ Rtrust", "Rwork ~~ Rwork", "Rtrust ~~ Rwork")
}
lags <- function(case, waves, ...) {
  same <- lavaan(riclpm(waves, TRUE), data = panel, ...); free <- lavaan(riclpm(waves, FALSE), data = panel, ...)
  for (which in c("equal", "free")) {
    fit <- if (which == "equal") same else free
    pe <- parameterEstimates(fit); std <- standardizedSolution(fit)
    for (r in which(pe$op == "~")) {
      record(paste0(case, "_", which), paste(pe$lhs[r], pe$rhs[r]), pe$est[r], pe$se[r])
      record(paste0(case, "_", which), paste("std", pe$lhs[r], pe$rhs[r]), std$est.std[r])
    }
    s <- std[std$lhs == "Rtrust" & std$rhs == "Rwork", ]; record(paste0(case, "_", which), "stable", s$est.std, s$se)
    fm <- fitMeasures(fit); for (name in intersect(c("chisq", "df", "chisq.scaled", "srmr"), names(fm))) record(paste0(case, "_", which), name, fm[[name]])
  }
  lrt <- lavTestLRT(free, same)
  for (name in c("Chisq diff", "Df diff", "Pr(>Chisq)")) record(paste0(case, "_equal"), name, lrt[2, name])
}
lags("four", 1:4, estimator = "MLR", missing = "ml")
lags("three", 1:3, estimator = "MLR", missing = "ml")
lags("listwise", 1:4, estimator = "ML")
lags("sites", 1:4, estimator = "MLR", cluster = "site")
two <- lavaan("trust_2 ~ trust_1 + work_1\nwork_2 ~ trust_1 + work_1\ntrust_2 ~~ work_2\ntrust_1 ~~ work_1", data = panel, estimator = "MLR",
  missing = "ml", auto.var = TRUE, meanstructure = TRUE, int.ov.free = TRUE, fixed.x = FALSE)
pe <- parameterEstimates(two); std <- standardizedSolution(two)
for (r in which(pe$op == "~")) { record("two", paste(pe$lhs[r], pe$rhs[r]), pe$est[r], pe$se[r]); record("two", paste("std", pe$lhs[r], pe$rhs[r]), std$est.std[r]) }
print(unique(names(warnings())))
writeLines(version, file.path(here, "versions.txt"))
write.csv(out, file.path(here, "expected.csv"), row.names = FALSE)

# Reference figures for reliability with sampling weights and clusters. Run from tests/oracle.
suppressMessages({library(lavaan); library(survey)})
out <- c("case,quantity,value,source")
add <- function(case, quantity, value, source) out <<- c(out, sprintf("%s,%s,%.12g,%s", case, quantity, value, source))
data <- read.csv("polychoric/ordinal.csv"); items <- paste0("y", 1:6); k <- 6
designs <- list(weights = svydesign(ids = ~1, weights = ~weight, data = data),
  cluster = svydesign(ids = ~cluster, weights = ~1, data = data),
  both = svydesign(ids = ~cluster, weights = ~weight, data = data))
formula <- as.formula(paste("~", paste(items, collapse = "+")))
own <- function(i) sprintf("`%s:%s`", items[i], items[i])
names_of <- function(v) rownames(as.matrix(v))
for (case in names(designs)) {
  v <- svyvar(formula, designs[[case]])
  # every entry of the covariance matrix as one statistic, then alpha as a function of them
  estimate <- as.vector(v); variance <- vcov(v)
  diagonal <- as.vector(diag(k)) == 1
  alpha <- k / (k - 1) * (1 - sum(estimate[diagonal]) / sum(estimate))
  gradient <- k / (k - 1) * (sum(estimate[diagonal]) / sum(estimate)^2 - diagonal / sum(estimate))
  add(case, "alpha", alpha, "survey::svyvar"); add(case, "alpha_std_error", sqrt(c(gradient %*% variance %*% gradient)), "survey::svyvar")
  m <- svymean(formula, designs[[case]])
  for (i in 1:k) { add(case, paste0("mean.", items[i]), coef(m)[i], "survey::svymean"); add(case, paste0("mean_std_error.", items[i]), SE(m)[i], "survey::svymean") }
}
labelled <- paste("f =~", paste0("l", 1:k, "*", items, collapse = "+"), "\n", paste0(items, "~~u", 1:k, "*", items, collapse = "\n"),
  "\n omega := (", paste0("l", 1:k, collapse = "+"), ")^2/((", paste0("l", 1:k, collapse = "+"), ")^2+", paste0("u", 1:k, collapse = "+"), ")")
fits <- list(
  weights = cfa(labelled, data, std.lv = TRUE, estimator = "MLR", information = "expected", sampling.weights = "weight"),
  cluster = cfa(labelled, data, std.lv = TRUE, estimator = "MLR", information = "expected", cluster = "cluster"),
  both = cfa(labelled, data, std.lv = TRUE, estimator = "MLR", information = "expected", sampling.weights = "weight", cluster = "cluster"))
for (case in names(fits)) {
  pe <- parameterEstimates(fits[[case]])
  add(case, "omega_model", pe$est[pe$lhs == "omega"], "lavaan MLR"); add(case, "omega_model_std_error", pe$se[pe$lhs == "omega"], "lavaan MLR expected information")
}
ordinal <- list(
  weights = cfa(paste("f =~", paste(items, collapse = "+")), data, ordered = items, std.lv = TRUE, sampling.weights = "weight"),
  both = cfa(paste("f =~", paste(items, collapse = "+")), data, ordered = items, std.lv = TRUE, sampling.weights = "weight", cluster = "cluster"))
suppressMessages(library(semTools))
for (case in names(ordinal)) add(case, "omega_categorical_model", suppressMessages(compRelSEM(ordinal[[case]], obs.var = FALSE))[["f"]], "semTools::compRelSEM")
dir.create("reliability_design", showWarnings = FALSE)
writeLines(out, "reliability_design/expected.csv")
writeLines(c(R.version.string, paste(c("lavaan", "survey", "semTools"), sapply(c("lavaan", "survey", "semTools"), function(p) as.character(packageVersion(p))))), "reliability_design/VERSIONS.txt")

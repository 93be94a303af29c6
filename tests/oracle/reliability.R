# Reference figures for reliability. Run from tests/oracle.
suppressMessages({library(lavaan); library(psych); library(semTools)})
out <- c("case,quantity,value,source")
add <- function(case, quantity, value, source) out <<- c(out, sprintf("%s,%s,%.12g,%s", case, quantity, value, source))
data <- read.csv("reliability/likert.csv"); items <- names(data)
a <- suppressWarnings(psych::alpha(data))
add("likert", "alpha", a$total$raw_alpha, "psych::alpha"); add("likert", "alpha_standardised", a$total$std.alpha, "psych::alpha")
add("likert", "average_r", a$total$average_r, "psych::alpha")
for (i in seq_along(items)) {
  add("likert", paste0("item_rest_r.", items[i]), a$item.stats$r.drop[i], "psych::alpha")
  add("likert", paste0("alpha_if_dropped.", items[i]), a$alpha.drop$raw_alpha[i], "psych::alpha")
}
model <- paste("f =~", paste(items, collapse = "+"))
linear <- cfa(model, data, std.lv = TRUE)
r <- suppressWarnings(suppressMessages(semTools::reliability(linear)))
add("likert", "omega_model", r["omega", "f"], "semTools::reliability omega")
add("likert", "omega_observed", r["omega3", "f"], "semTools::reliability omega3")
for (observed in c(TRUE, FALSE))
  add("likert", paste0("omega_comprelsem_", ifelse(observed, "observed", "model")), suppressMessages(compRelSEM(linear, obs.var = observed))[["f"]], "semTools::compRelSEM")
# distribution-free delta standard error: the same omega as a defined parameter under MLM
labelled <- paste("f =~", paste0("l", 1:6, "*", items, collapse = "+"), "\n", paste0(items, "~~u", 1:6, "*", items, collapse = "\n"),
  "\n omega := (", paste0("l", 1:6, collapse = "+"), ")^2/((", paste0("l", 1:6, collapse = "+"), ")^2+", paste0("u", 1:6, collapse = "+"), ")")
robust <- parameterEstimates(cfa(labelled, data, std.lv = TRUE, estimator = "MLM"))
add("likert", "omega_model_std_error", robust$se[robust$lhs == "omega"], "lavaan MLM defined parameter")
ordinal <- cfa(model, data, ordered = items, std.lv = TRUE)
add("likert", "loading_sum", sum(lavInspect(ordinal, "est")$lambda), "lavaan WLSMV")
for (i in seq_along(items)) add("likert", paste0("loading.", items[i]), lavInspect(ordinal, "est")$lambda[i], "lavaan WLSMV")
r <- suppressWarnings(suppressMessages(semTools::reliability(ordinal)))
add("likert", "omega_categorical_model", r["omega", "f"], "semTools::reliability omega")
add("likert", "omega_categorical_omega3", r["omega3", "f"], "semTools::reliability omega3")
add("likert", "alpha_ordinal", r["alpha.ord", "f"], "semTools::reliability alpha.ord")
for (observed in c(TRUE, FALSE))
  add("likert", paste0("omega_categorical_comprelsem_", ifelse(observed, "observed", "model")), suppressMessages(compRelSEM(ordinal, obs.var = observed))[["f"]], "semTools::compRelSEM")
latent <- suppressMessages(compRelSEM(ordinal, obs.var = TRUE, ord.scale = FALSE))[["f"]]
add("likert", "omega_latent_observed", latent, "semTools::compRelSEM ord.scale=FALSE")
nine <- read.csv("polychoric/ordinal.csv")[paste0("y", 1:9)]
h <- suppressWarnings(suppressMessages(psych::omega(cor(nine), nfactors = 3, n.obs = 500, plot = FALSE, rotate = "oblimin", fm = "minres")))
add("nine", "omega_hierarchical", h$omega_h, "psych::omega"); add("nine", "omega_total", h$omega.tot, "psych::omega")
for (i in 1:9) add("nine", paste0("general.y", i), h$schmid$sl[i, "g"], "psych::omega")
icc <- suppressWarnings(psych::ICC(data[, 1:4]))$results
for (i in 1:6) { add("icc", icc$type[i], icc$ICC[i], "psych::ICC"); add("icc", paste0(icc$type[i], ".ci_low"), icc[i, "lower bound"], "psych::ICC"); add("icc", paste0(icc$type[i], ".ci_high"), icc[i, "upper bound"], "psych::ICC") }
writeLines(out, "reliability/expected.csv")
writeLines(c(R.version.string, paste(c("lavaan", "psych", "semTools"), sapply(c("lavaan", "psych", "semTools"), function(p) as.character(packageVersion(p))))), "reliability/VERSIONS.txt")

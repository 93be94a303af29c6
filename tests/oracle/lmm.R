# Reference figures for linear mixed models. Run: Rscript tests/oracle/lmm.R
# Data: tests/oracle/small_sample/people.csv (nested), tests/oracle/lmm/crossed.csv (tests/oracle/small_sample/simulate.py).
suppressPackageStartupMessages({library(lme4); library(lmerTest); library(pbkrtest)})
people <- read.csv("tests/oracle/small_sample/people.csv"); crossed <- read.csv("tests/oracle/lmm/crossed.csv")
tight <- lmerControl(optCtrl = list(xtol_rel = 1e-13, xtol_abs = 1e-13, ftol_rel = 1e-15, ftol_abs = 1e-15, maxeval = 1e5),
                     check.conv.singular = "ignore")
out <- NULL
add <- function(case, term, quantity, value) out <<- rbind(out, data.frame(case, term, quantity, value = sprintf("%.15g", value)))
keep <- function(case, model, joint) {
  for (ddf in c("Satterthwaite", "Kenward-Roger")) {
    t <- summary(model, ddf = ddf)$coefficients
    add(paste0(case, "|", ddf), rownames(t), "estimate", t[, "Estimate"])
    add(paste0(case, "|", ddf), rownames(t), "std_error", t[, "Std. Error"])
    add(paste0(case, "|", ddf), rownames(t), "dof", t[, "df"])
    L <- diag(length(fixef(model)))[match(joint, names(fixef(model))), , drop = FALSE]
    f <- contestMD(model, L, ddf = ddf)
    add(paste0(case, "|", ddf), "joint", "statistic", f[["F value"]]); add(paste0(case, "|", ddf), "joint", "dof", f[["DenDF"]])
  }
  v <- as.data.frame(VarCorr(model))
  add(case, paste(v$grp, v$var1, v$var2), "variance", v$vcov)
  add(case, "all", "reml", REMLcrit(model))
}
fit <- function(formula, data) lmerTest::lmer(formula, data, control = tight)
keep("nested", fit(y ~ post * treated + age + (1 | site/person), people), c("treated", "post:treated"))
keep("site_slope", fit(y ~ post * treated + (1 + post | site), people), c("treated", "post:treated"))
keep("diagonal", fit(y ~ x * group + (x || person), crossed), c("group", "x:group"))
keep("crossed", fit(y ~ x * group + (1 | person) + (1 | rater), crossed), c("group", "x:group"))
keep("crossed_slope", fit(y ~ x * group + (x | person) + (1 | rater), crossed), c("group", "x:group"))
keep("singular", fit(y ~ x * group + (1 | person) + (1 | rater) + (1 | group:rater), crossed), c("group", "x:group"))
write.csv(out, "tests/oracle/lmm/expected.csv", row.names = FALSE, quote = FALSE)
writeLines(paste("Made by tests/oracle/lmm.R with", R.version.string, "lme4", packageVersion("lme4"), "lmerTest",
                 packageVersion("lmerTest"), "pbkrtest", packageVersion("pbkrtest")), "tests/oracle/lmm/SOURCE.txt")

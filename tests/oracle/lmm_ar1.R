# Reference figures for AR(1) residuals in mixed models. Run: Rscript tests/oracle/lmm_ar1.R
# Data: tests/oracle/lmm_ar1/panel.csv (made here, seeded): 48 people in 8 sites, up to 6 waves with gaps.
suppressPackageStartupMessages(library(nlme))
set.seed(7)
people <- NULL
for (i in 1:48) {
  site <- (i - 1) %% 8; e <- arima.sim(list(ar = 0.5), 6) * 0.5; u <- rnorm(1, 0, 0.4); v <- c(-.3, .2, .1, 0, .4, -.1, .3, -.2)[site + 1]
  d <- data.frame(person = i, site = site, wave = 1:6, arm = site %% 2)
  d$y <- round(3 + u + v + 0.1 * d$wave + 0.1 * d$arm * d$wave + as.numeric(e), 3)
  people <- rbind(people, d[runif(6) > 0.15, ])
}
write.csv(people, "tests/oracle/lmm_ar1/panel.csv", row.names = FALSE)
people <- read.csv("tests/oracle/lmm_ar1/panel.csv")
out <- NULL
add <- function(case, quantity, term, value) out <<- rbind(out, data.frame(case, quantity, term, value = sprintf("%.12g", value)))
keep <- function(case, m) {
  b <- fixef(m)
  add(case, "coef", names(b), b); add(case, "std_error", names(b), sqrt(diag(vcov(m))))
  add(case, "phi", "phi", coef(m$modelStruct$corStruct, unconstrained = FALSE))
  add(case, "deviance", "all", -2 * as.numeric(logLik(m))); add(case, "sigma2", "residual", m$sigma^2)
}
ctl <- lmeControl(msTol = 1e-12, tolerance = 1e-10, opt = "nlminb", maxIter = 500, msMaxIter = 500)
keep("person", lme(y ~ wave * arm, people, random = ~ 1 | person, correlation = corAR1(form = ~ wave | person), control = ctl))
keep("nested", lme(y ~ wave * arm, people, random = ~ 1 | site/person, correlation = corAR1(form = ~ wave | site/person), control = ctl))
keep("ml", lme(y ~ wave * arm, people, random = ~ 1 | person, correlation = corAR1(form = ~ wave | person), method = "ML", control = ctl))
write.csv(out, "tests/oracle/lmm_ar1/expected.csv", row.names = FALSE, quote = FALSE)
writeLines(paste("Made by tests/oracle/lmm_ar1.R with", R.version.string, "nlme", packageVersion("nlme")), "tests/oracle/lmm_ar1/SOURCE.txt")

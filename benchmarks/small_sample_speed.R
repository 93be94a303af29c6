# The R side of benchmarks/small_sample_speed.py: reads CSVs made by it, prints seconds and figures as CSV.
args <- commandArgs(TRUE); here <- args[1]
suppressPackageStartupMessages({library(clubSandwich); library(lmerTest); library(pbkrtest)})
d <- read.csv(file.path(here, "sandwich.csv")); g <- read.csv(file.path(here, "mixed.csv")); w <- read.csv(file.path(here, "wild.csv"))
say <- function(what, seconds, value) cat(sprintf("%s,%.3f,%.12g\n", what, seconds, value))
m <- lm(y ~ x1 + x2 + x3 + x4, d)
t <- system.time(ct <- coef_test(m, vcov = "CR2", cluster = d$cluster, test = "Satterthwaite"))[["elapsed"]]
say("CR2 std_error x1", t, ct$SE[2]); say("CR2 dof x1", t, ct$df[2])
t <- system.time({f <- lmer(y ~ post * treated + (1 | site) + (1 | person), g); s <- summary(f, ddf = "Satterthwaite")$coefficients})[["elapsed"]]
say("mixed Satterthwaite dof post:treated", t, s["post:treated", "df"])
if (args[2] == "kr") {
  t <- system.time(k <- summary(f, ddf = "Kenward-Roger")$coefficients)[["elapsed"]]
  say("mixed Kenward-Roger std_error post:treated", t, k["post:treated", "Std. Error"]); say("mixed Kenward-Roger dof post:treated", t, k["post:treated", "df"])
}
# wild cluster bootstrap in base R, one refit a draw
X <- cbind(1, w$arm, w$pre); n <- nrow(X); G <- length(unique(w$cluster)); XXi <- solve(crossprod(X)); R <- X[, -2]
tstat <- function(y, b0 = 0) { b <- XXi %*% crossprod(X, y); u <- as.numeric(y - X %*% b); S <- rowsum(X * u, w$cluster)
  V <- G / (G - 1) * (n - 1) / (n - 3) * XXi %*% crossprod(S) %*% XXi; (b[2] - b0) / sqrt(V[2, 2]) }
f0 <- R %*% solve(crossprod(R), crossprod(R, w$y)); u0 <- as.numeric(w$y - f0); t0 <- abs(tstat(w$y)); set.seed(1)
t <- system.time(ts <- replicate(999, abs(tstat(f0 + u0 * sample(c(-1, 1), G, TRUE)[w$cluster + 1]))))[["elapsed"]]
say("wild bootstrap p (999 draws)", t, mean(ts >= t0))

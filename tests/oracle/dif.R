# DIF: proportional-odds models (MASS::polr) and Mantel-Haenszel tests (mantelhaen.test) on the total score.
# Rscript tests/oracle/dif.R   (in the top folder; reads tests/oracle/dif/simulated.csv, writes beside it)
suppressMessages(library(MASS))
folder <- "tests/oracle/dif"
data <- read.csv(file.path(folder, "simulated.csv"))
items <- data[, -1]
score <- rowSums(items)
out <- data.frame()
add <- function(item, quantity, value) out <<- rbind(out, data.frame(item = item, quantity = quantity, value = value))
fit <- function(y, ...) {
  frame <- data.frame(y = factor(y, ordered = TRUE), ...)
  if (nlevels(frame$y) == 2) glm(y == levels(y)[2] ~ ., binomial, frame, epsilon = 1e-14) else polr(y ~ ., frame, Hess = TRUE, control = list(reltol = 1e-15, maxit = 1000))
}
for (item in names(items)) {
  y <- items[[item]]
  g1 <- as.numeric(data$group == 1); g2 <- as.numeric(data$group == 2)
  m1 <- fit(y, score = score)
  m2 <- fit(y, score = score, g1 = g1, g2 = g2)
  m3 <- fit(y, score = score, g1 = g1, g2 = g2, s1 = g1 * score, s2 = g2 * score)
  add(item, "loglik_1", as.numeric(logLik(m1))); add(item, "loglik_2", as.numeric(logLik(m2))); add(item, "loglik_3", as.numeric(logLik(m3)))
  b <- if (inherits(m2, "glm")) coef(m2)[-1] else coef(m2)
  s <- if (inherits(m2, "glm")) summary(m2)$coefficients[-1, 2] else summary(m2)$coefficients[1:3, 2]
  for (k in 1:3) { add(item, paste0("coef_", k), b[k]); add(item, paste0("se_", k), s[k]) }
  both <- data$group < 2
  wide <- function(keep, n) {
    t <- table(factor(data$group[keep], 0:(n - 1)), y[keep], score[keep])
    t[, , apply(t, 3, function(s) sum(rowSums(s) > 0) >= 2), drop = FALSE]
  }
  t3 <- wide(rep(TRUE, nrow(data)), 3)
  full <- mantelhaen.test(t3, correct = FALSE)
  add(item, "gmh_chi2", full$statistic); add(item, "gmh_dof", full$parameter)
  t2 <- wide(both, 2)
  two <- mantelhaen.test(t2, correct = FALSE)
  add(item, "gmh2_chi2", two$statistic)
  if (dim(t2)[2] == 2) add(item, "log_odds", log(two$estimate))
}
write.csv(out, file.path(folder, "expected.csv"), row.names = FALSE)
writeLines(c(R.version.string, paste("MASS", packageVersion("MASS"))), file.path(folder, "versions.txt"))

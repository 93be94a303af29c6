# Figures for two arms over three and four waves, from R on data that tests/oracle/group_waves/make_data.py wrote.
# Run in tests/oracle: Rscript group_waves.R
suppressMessages({library(lme4); library(lmerTest); library(pbkrtest); library(clubSandwich); library(jsonlite)})
lmer <- function(...) lmerTest::lmer(..., control = lmerControl(optimizer = "bobyqa", optCtrl = list(rhoend = 1e-12)))
kr <- function(m, L) {  # estimate, std_error, dof of contrasts in rows
  t(apply(L, 1, function(l) { s <- contest1D(m, l, ddf = "Kenward-Roger"); unname(c(s[["Estimate"]], s[["Std. Error"]], s[["df"]])) }))
}
out <- list()
d <- read.csv("group_waves/three.csv")
d$w2 <- as.numeric(d$wave == 2); d$w3 <- as.numeric(d$wave == 3); d$a2 <- d$arm * d$w2; d$a3 <- d$arm * d$w3
d$ow <- paste(d$org, d$wave)
three <- function(free) {
  f <- y ~ a2 + a3 + w2 + w3 + (1 | id) + (1 | org) + (1 | ow)
  if (free) f <- update(f, . ~ . + arm)
  m <- lmer(f, d)
  L <- matrix(0, 7, length(fixef(m)), dimnames = list(NULL, names(fixef(m))))
  L[1, "a2"] <- 1; L[2, "a3"] <- 1                      # difference at wave 2 and 3
  L[3, "a3"] <- 0.5                                      # straight line: steps -1, 0, 1 over their squares
  L[4, c("w2", "a2")] <- 1; L[5, "w2"] <- 1; L[6, c("w3", "a3")] <- 1; L[7, "w3"] <- 1  # each arm's own change
  kr(m, L)
}
out$existing <- three(TRUE)
out$randomised <- three(FALSE)
m <- lm(y ~ a2 + a3 + w2 + w3 + factor(id), d)
ct <- coef_test(m, vcov = "CR2", cluster = d$org)[c("a2", "a3"), ]
out$fixed_effects <- cbind(ct$beta, ct$SE, ct$df_Satt)
m <- lm(y ~ a2 + a3 + arm + w2 + w3, d, weights = w)
ct <- coef_test(m, vcov = "CR2", cluster = d$org)[c("a2", "a3"), ]
out$weighted <- cbind(ct$beta, ct$SE, ct$df_Satt)
p <- merge(d[d$wave == 1, c("id", "y", "arm", "org")], d[d$wave == 2, c("id", "y")], by = "id")
m <- lm(I(y.y - y.x) ~ arm, p)
ct <- coef_test(m, vcov = "CR2", cluster = p$org)["arm", ]
out$change_to_wave_2 <- c(ct$beta, ct$SE, ct$df_Satt)

f <- read.csv("group_waves/four.csv")
for (k in 2:4) { f[[paste0("w", k)]] <- as.numeric(f$wave == k); f[[paste0("a", k)]] <- f$arm * (f$wave == k) }
m <- lmer(y ~ a2 + a3 + a4 + w2 + w3 + w4 + arm + (1 + wave | id), f)
L <- matrix(0, 4, length(fixef(m)), dimnames = list(NULL, names(fixef(m))))
L[1, "a2"] <- 1; L[2, "a3"] <- 1; L[3, "a4"] <- 1; L[4, c("a2", "a3", "a4")] <- c(-0.5, 0.5, 1.5) / 5
out$four <- kr(m, L)
out$versions <- list(R = R.version.string, lme4 = as.character(packageVersion("lme4")),
  pbkrtest = as.character(packageVersion("pbkrtest")), clubSandwich = as.character(packageVersion("clubSandwich")))
write_json(out, "group_waves/expected.json", digits = NA, auto_unbox = TRUE, pretty = TRUE)

# Figures for linkage-aware change, two sides and existing groups, from R on data that tests/oracle/change/make_data.py wrote.
# Run in tests/oracle: Rscript change.R
suppressMessages({library(lme4); library(lmerTest); library(pbkrtest); library(clubSandwich); library(jsonlite)})
lmer <- function(...) lmerTest::lmer(..., control = lmerControl(optimizer = "bobyqa", optCtrl = list(rhoend = 1e-11)))
d <- read.csv("change/panel.csv", na.strings = "")
d$post <- as.numeric(d$wave == 2)
two <- d
two$unit <- ifelse(is.na(two$id), paste0("u", seq_len(nrow(two))), paste0("k", two$id))
out <- list()
kr <- function(m, k) { s <- coef(summary(m, ddf = "Kenward-Roger"))[k, ]; unname(c(s[1], s[2], s[3])) }

# linked people
w <- reshape(two[!is.na(two$id), c("id", "wave", "y", "org", "side", "arm")], idvar = "id", timevar = "wave", direction = "wide")
w <- w[!is.na(w$y.1) & !is.na(w$y.2), ]
t1 <- t.test(w$y.2, w$y.1, paired = TRUE)
out$paired_t <- unname(c(t1$estimate, t1$stderr, t1$parameter, t1$p.value))
m <- lm(I(y.2 - y.1) ~ 1, w)
ct <- coef_test(m, vcov = "CR2", cluster = w$org.2)
out$paired_cr2 <- c(ct$beta, ct$SE, ct$df_Satt, ct$p_Satt)
# all records
out$mixed_people <- kr(lmer(y ~ post + (1 | unit), two), "post")
two$ow <- paste(two$org, two$wave)
out$mixed_organisations <- kr(lmer(y ~ post + (1 | unit) + (1 | org) + (1 | ow), two), "post")
# unlinked
t2 <- t.test(two$y[two$post == 1], two$y[two$post == 0])
out$welch <- unname(c(diff(rev(t2$estimate)), t2$stderr, t2$parameter, t2$p.value))
m <- lm(y ~ post + factor(org), two)
ct <- coef_test(m, vcov = "CR2", cluster = two$org)["post", ]
out$within_cr2 <- c(ct$beta, ct$SE, ct$df_Satt, ct$p_Satt)
# partly overlapping samples, Derrick et al. 2017, transcribed
x1 <- two$y[two$post == 0]; x2 <- two$y[two$post == 1]
n12 <- nrow(w); n1 <- length(x1); n2 <- length(x2); na <- n1 - n12; nb <- n2 - n12
r <- cor(w$y.1, w$y.2)
v <- var(x1) / n1 + var(x2) / n2 - 2 * r * sd(x1) * sd(x2) * n12 / (n1 * n2)
g <- (var(x1) / n1 + var(x2) / n2)^2 / ((var(x1) / n1)^2 / (n1 - 1) + (var(x2) / n2)^2 / (n2 - 1))
out$overlap <- c(mean(x2) - mean(x1), sqrt(v), (n12 - 1) + (g - n12 + 1) / (na + nb + 2 * n12) * (na + nb))
# two sides
two$com <- as.numeric(two$side == "community")
m <- lm(y ~ post * com, two)
ct <- coef_test(m, vcov = "CR2", cluster = two$org)["post:com", ]
out$gap_change_cr2 <- c(ct$beta, ct$SE, ct$df_Satt, ct$p_Satt)
out$gap_change_mixed <- kr(lmer(y ~ post * com + (1 | unit) + (1 | org) + (1 | ow), two), "post:com")
# existing groups
w$arm <- as.numeric(w$arm.2 == "programme"); w$pre <- w$y.1 - mean(w$y.1)
m <- lm(y.2 ~ arm + pre, w)
ct <- coef_test(m, vcov = "CR2", cluster = w$org.2)["arm", ]
out$ancova_cr2 <- c(ct$beta, ct$SE, ct$df_Satt, ct$p_Satt)
m <- lm(I(y.2 - y.1) ~ arm, w)
ct <- coef_test(m, vcov = "CR2", cluster = w$org.2)["arm", ]
out$did_cr2 <- c(ct$beta, ct$SE, ct$df_Satt, ct$p_Satt)
o <- aggregate(cbind(d = w$y.2 - w$y.1, arm = w$arm), list(w$org.2), mean)
t3 <- t.test(o$d[o$arm == 1], o$d[o$arm == 0], var.equal = TRUE)
out$did_means <- unname(c(-diff(t3$estimate), t3$stderr, t3$parameter, t3$p.value))
two$prog <- as.numeric(two$arm == "programme")
out$did_mixed <- kr(lmer(y ~ post * prog + (1 | unit) + (1 | org) + (1 | ow), two), "post:prog")
# errors in variables: moments by hand, reliability .8 within groups
X <- cbind(w$arm, 1, w$pre); M <- crossprod(X)
s <- sum(resid(lm(pre ~ arm, w))^2); M[3, 3] <- M[3, 3] - 0.2 * s
out$corrected <- as.numeric(solve(M, crossprod(X, w$y.2)))
# four waves: people have a slope of their own
f <- read.csv("change/waves.csv")
f$w <- factor(f$wave)
m <- lmer(y ~ w + (1 + wave | id) + (1 | org) + (1 | ow), transform(f, ow = paste(org, wave)))
out$waves <- unname(coef(summary(m, ddf = "Kenward-Roger"))[2:4, 1:3])
out$versions <- list(R = R.version.string, lme4 = as.character(packageVersion("lme4")),
  pbkrtest = as.character(packageVersion("pbkrtest")), clubSandwich = as.character(packageVersion("clubSandwich")))
write_json(out, "change/expected.json", digits = NA, auto_unbox = TRUE, pretty = TRUE)

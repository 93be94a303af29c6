# Figures for a yes or no, an ordered item and a count over two waves, from R on data that
# tests/oracle/outcome_types/make_data.py wrote. Run in tests/oracle: Rscript outcome_types.R
suppressMessages({library(clubSandwich); library(geepack); library(jsonlite)})
d <- read.csv("outcome_types/panel.csv"); d$post <- d$wave - 1
d <- d[order(d$org, d$id, d$wave), ]
p <- merge(d[d$wave == 1, ], d[d$wave == 2, ], by = c("id", "org", "arm"))
row <- function(m, term, cluster, vcov = "CR2") {
  c1 <- coef_test(m, vcov = vcov, cluster = cluster); c1 <- c1[match(term, names(coef(m))), ]
  c(c1$beta, c1$SE, c1$df_Satt)
}
out <- list()
# yes or no
out$share_all_records <- row(lm(yes ~ post, d), "post", d$org)
out$share_linked <- row(lm(I(yes.y - yes.x) ~ 1, p), "(Intercept)", p$org)
out$share_did <- row(lm(I(yes.y - yes.x) ~ arm, p), "arm", p$org)
out$share_by_person <- row(lm(yes ~ post, d), "post", d$id)
t <- table(p$yes.x, p$yes.y); out$moved <- c(t[1, 2], t[2, 1])
out$mcnemar <- mcnemar.test(t, correct = FALSE)$p.value
out$mcnemar_exact <- binom.test(t[1, 2], t[1, 2] + t[2, 1])$p.value
g <- geeglm(yes ~ post, id = org, data = d, family = binomial, corstr = "exchangeable", scale.fix = TRUE)
out$gee <- list(coef = unname(coef(g)), alpha = unname(g$geese$alpha))
# ordered item
p$sign <- sign(p$item.y - p$item.x)
out$signs <- row(lm(sign ~ 1, p), "(Intercept)", p$org)
out$signs_did <- row(lm(sign ~ arm, p), "arm", p$org)
b <- mcnemar.test(table(factor(p$item.x, 1:5), factor(p$item.y, 1:5)))
out$bowker <- unname(c(b$statistic, b$parameter, b$p.value))
# count: Poisson quasi-likelihood, coefficients; CR3 of clubSandwich is (I - H)^-1, Mancl and DeRouen's correction
m <- glm(count ~ post + offset(log(months)), poisson, d)
out$count <- c(row(m, "post", d$org, "CR3")[1:2])
m <- glm(count ~ post * arm + offset(log(months)), poisson, d)
out$count_did <- c(row(m, "post:arm", d$org, "CR3")[1:2])
p$before <- log1p(p$count.x / p$months.x)
m <- glm(count.y ~ arm + before + offset(log(months.y)), poisson, p)
out$count_given_before <- c(row(m, "arm", p$org, "CR3")[1:2])
out$versions <- list(R = R.version.string, clubSandwich = as.character(packageVersion("clubSandwich")),
  geepack = as.character(packageVersion("geepack")))
write_json(out, "outcome_types/expected.json", digits = NA, auto_unbox = TRUE, pretty = TRUE)

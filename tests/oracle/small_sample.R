# Reference figures for sandwich variances, degrees of freedom and joint tests. Run: Rscript tests/oracle/small_sample.R
# Data: tests/oracle/small_sample/people.csv (tests/oracle/small_sample/simulate.py).
suppressPackageStartupMessages({library(clubSandwich); library(sandwich)})
p <- read.csv("tests/oracle/small_sample/people.csv")
out <- NULL
add <- function(case, term, quantity, value) out <<- rbind(out, data.frame(case, term, quantity, value = sprintf("%.15g", value)))
tests <- function(case, model, kinds = c("CR0", "CR1", "CR1S", "CR2", "CR3"), ...) {
  for (kind in kinds) {
    ct <- coef_test(model, vcov = kind, test = "Satterthwaite", ...)
    name <- paste(case, kind, sep = "_")
    ct <- ct[!grepl("factor", rownames(ct)), ]; add(name, rownames(ct), "estimate", ct$beta); add(name, rownames(ct), "std_error", ct$SE); add(name, rownames(ct), "dof", ct$df)
  }
}
long <- lm(y ~ post * treated + age + stratum, p)
tests("long", long, cluster = p$site)
tests("weighted", lm(y ~ post * treated + age, p, weights = weight), cluster = p$site)
# working model 1 / weight, scaled so that the program's absolute tolerance does not bite
tests("precision", lm(y ~ post * treated + age, p, weights = weight), cluster = p$site, target = mean(p$weight) / p$weight)
# CR3 does not exist there: without a site its people have no effects
tests("person_effects", lm(y ~ post + post:treated + factor(person), p), c("CR0", "CR1", "CR2"), cluster = p$site)
two <- p[p$person %in% p$person[duplicated(p$person)], ]
tests("two_wave_effects", lm(y ~ post + post:treated + factor(person), two), c("CR0", "CR1", "CR2"), cluster = two$site)
for (set in list(c("stratumb", "stratumc"), c("treated", "post:treated"))) {
  w <- Wald_test(long, constraints = constrain_zero(set, coef(long)), vcov = "CR2", cluster = p$site, test = "HTZ")
  add("htz", paste(set, collapse = "+"), "statistic", w$Fstat); add("htz", paste(set, collapse = "+"), "dof", w$df_denom)
  add("htz", paste(set, collapse = "+"), "p_value", w$p_val)
}
weighted <- lm(y ~ post * treated + age, p, weights = weight)
for (kind in c("HC0", "HC1", "HC2", "HC3")) {
  add(paste0("long_", kind), names(coef(long)), "std_error", sqrt(diag(vcovHC(long, kind))))
  add(paste0("weighted_", kind), names(coef(weighted)), "std_error", sqrt(diag(vcovHC(weighted, kind))))
}
hc2 <- coef_test(long, vcov = "CR2", cluster = seq_len(nrow(p)), test = "Satterthwaite")
add("long_HC2", rownames(hc2), "dof", hc2$df)
m <- aggregate(y ~ site + treated, p, mean)
tt <- t.test(m$y[m$treated == 1], m$y[m$treated == 0], var.equal = TRUE)
add("cluster_means", "treated", "p_value", tt$p.value); add("cluster_means", "treated", "ci_low", tt$conf.int[1])
wt <- t.test(m$y[m$treated == 1], m$y[m$treated == 0])
add("cluster_means_welch", "treated", "p_value", wt$p.value); add("cluster_means_welch", "treated", "dof", wt$parameter)
write.csv(out, "tests/oracle/small_sample/expected.csv", row.names = FALSE, quote = FALSE)
writeLines(paste("Made by tests/oracle/small_sample.R with", R.version.string, "clubSandwich", packageVersion("clubSandwich"),
                 "sandwich", packageVersion("sandwich")), "tests/oracle/small_sample/SOURCE.txt")

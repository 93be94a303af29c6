# Items in people in places: lme4, and the analysis of variance figures of multilevel.
# Rscript tests/oracle/ecometrics.R   (in the top folder; reads tests/oracle/ecometrics/simulated.csv, writes beside it)
suppressMessages({library(lme4); library(multilevel)})
folder <- "tests/oracle/ecometrics"
d <- read.csv(file.path(folder, "simulated.csv"))
items <- names(d)[-1]
long <- data.frame(y = as.vector(as.matrix(d[items])), item = factor(rep(items, each = nrow(d))),
                   person = factor(rep(seq_len(nrow(d)), length(items))), place = factor(rep(d$place, length(items))))
fit <- lmer(y ~ 0 + item + (1 | person) + (1 | place), long, control = lmerControl(optimizer = "bobyqa", optCtrl = list(rhoend = 1e-10, maxfun = 1e5)))
without <- lmer(y ~ 0 + item + (1 | person), long, control = lmerControl(optimizer = "bobyqa", optCtrl = list(rhoend = 1e-10, maxfun = 1e5)))
v <- as.data.frame(VarCorr(fit))
b <- rep(1 / length(items), length(items))
re <- ranef(fit, condVar = TRUE)$place
out <- data.frame(quantity = c("var_person", "var_place", "var_residual", "mean", "mean_variance", "deviance", "deviance_without"),
  value = c(v$vcov[v$grp == "person"], v$vcov[v$grp == "place"], v$vcov[v$grp == "Residual"], sum(b * fixef(fit)),
            as.numeric(t(b) %*% as.matrix(vcov(fit)) %*% b), REMLcrit(fit), REMLcrit(without)))
write.csv(out, file.path(folder, "expected.csv"), row.names = FALSE)
write.csv(data.frame(place = rownames(re), effect = re[[1]], conditional_variance = as.numeric(attr(re, "postVar"))),
          file.path(folder, "places.csv"), row.names = FALSE)
complete <- d[complete.cases(d), ]
complete$score <- rowMeans(complete[items])
a <- aov(score ~ factor(place), complete)
agree <- rwg.j(complete[items], complete$place, ranvar = 2)
write.csv(data.frame(quantity = c("icc1", "icc2"), value = c(ICC1(a), ICC2(a))), file.path(folder, "anova.csv"), row.names = FALSE)
write.csv(agree, file.path(folder, "agreement.csv"), row.names = FALSE)
writeLines(c(R.version.string, paste("lme4", packageVersion("lme4")), paste("multilevel", packageVersion("multilevel"))), file.path(folder, "versions.txt"))

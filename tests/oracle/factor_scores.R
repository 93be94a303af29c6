# Factor scores of lavaan (ordinal EBM, continuous regression and Bartlett) and of psych (Thurstone, Bartlett, ten Berge).
# Rscript tests/oracle/factor_scores.R   (in the top folder; reads and writes tests/oracle/factor_scores/)
suppressMessages({library(lavaan); library(psych); library(GPArotation)})
folder <- "tests/oracle/factor_scores"
data <- read.csv(file.path(folder, "ordinal.csv"))
model <- "f =~ q1 + q2 + q3 + q4\n g =~ q5 + q6 + q7 + q8"
fit <- cfa(model, data, ordered = names(data), std.lv = TRUE)
pe <- parameterEstimates(fit)
write.csv(pe[pe$op %in% c("=~", "|", "~~"), c("lhs", "op", "rhs", "est")], file.path(folder, "ordinal_parameters.csv"), row.names = FALSE)
write.csv(as.data.frame(lavPredict(fit))[1:80, ], file.path(folder, "ordinal_scores.csv"), row.names = FALSE)

two <- transform(data, side = rep(c("a", "b"), length.out = nrow(data)))
mg <- cfa(model, two, ordered = names(data), std.lv = TRUE, group = "side", group.equal = c("thresholds", "loadings"))
pe <- parameterEstimates(mg)
write.csv(pe[pe$op %in% c("=~", "|", "~~", "~1"), c("lhs", "op", "rhs", "group", "est")], file.path(folder, "groups_parameters.csv"), row.names = FALSE)
scores <- lavPredict(mg)
write.csv(do.call(rbind, lapply(1:2, function(g) data.frame(group = g, scores[[g]][1:40, ]))), file.path(folder, "groups_scores.csv"), row.names = FALSE)

linear <- cfa(model, data, std.lv = TRUE, estimator = "ML", meanstructure = TRUE)
pe <- parameterEstimates(linear)
write.csv(pe[, c("lhs", "op", "rhs", "est")], file.path(folder, "linear_parameters.csv"), row.names = FALSE)
reg <- lavPredict(linear, method = "regression"); bart <- lavPredict(linear, method = "Bartlett")
write.csv(data.frame(regression = reg, bartlett = bart)[1:80, ], file.path(folder, "linear_scores.csv"), row.names = FALSE)

R <- cor(data)
efa <- fa(R, 2, n.obs = nrow(data), fm = "minres", rotate = "oblimin")
L <- unclass(efa$loadings); Phi <- efa$Phi
write.csv(cbind(L, Phi = rbind(Phi, matrix(NA, nrow(L) - 2, 2))), file.path(folder, "efa.csv"), row.names = FALSE)
out <- list()
for (method in c("Thurstone", "Bartlett", "tenBerge")) {
  s <- factor.scores(data, f = L, Phi = Phi, method = method, rho = R)
  out[[method]] <- s$scores[1:80, ]
}
write.csv(do.call(cbind, out), file.path(folder, "efa_scores.csv"), row.names = FALSE)
r2 <- factor.scores(data, f = L, Phi = Phi, method = "Thurstone", rho = R)$R2
write.csv(data.frame(r2 = as.numeric(r2)), file.path(folder, "efa_r2.csv"), row.names = FALSE)
writeLines(c(R.version.string, paste("lavaan", packageVersion("lavaan")), paste("psych", packageVersion("psych"))), file.path(folder, "versions.txt"))

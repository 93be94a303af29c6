# Reference figures for thresholds, polychoric correlations and NACOV. Run from tests/oracle.
# lavaan 0.6-14 ignores `cluster` for categorical data, so the cluster covariance is put together here from its
# casewise scores: Gamma = N B^-1 (J / (J - 1) sum_c S_c S_c') B^-T.
suppressMessages(library(lavaan))
items <- paste0("y", 1:9)
data <- read.csv("polychoric/ordinal.csv"); gaps <- read.csv("polychoric/gaps.csv")
model <- paste("f =~", paste(items, collapse = "+"))
save <- function(tag, fit) {
  stats <- fit@SampleStats
  write.table(format(stats@NACOV[[1]], digits = 12), paste0("polychoric/", tag, "_nacov.csv"), row.names = F, col.names = F, sep = ",", quote = F)
  write.table(format(stats@cov[[1]], digits = 15), paste0("polychoric/", tag, "_correlation.csv"), row.names = F, col.names = F, sep = ",", quote = F)
  write.table(format(as.numeric(stats@th[[1]]), digits = 16), paste0("polychoric/", tag, "_thresholds.csv"), row.names = F, col.names = F, sep = ",", quote = F)
}
save("listwise", cfa(model, data, ordered = items))
save("pairwise", cfa(model, gaps, ordered = items, missing = "pairwise"))
save("weighted", cfa(model, data, ordered = items, sampling.weights = "weight"))
muthen <- lavaan:::muthen1984(Data = data.matrix(data[items]) + 1, ov.names = items, ov.types = rep("ordered", 9),
  ov.levels = sapply(data[items], function(x) length(unique(x))), WLS.W = TRUE)
score <- rowsum(muthen$SC, data$cluster); n.cluster <- nrow(score)
bread <- solve(rbind(cbind(muthen$A11, muthen$A12), cbind(muthen$A21, muthen$A22)))
gamma <- nrow(data) * n.cluster / (n.cluster - 1) * bread %*% crossprod(score) %*% t(bread)
write.table(format(gamma, digits = 12), "polychoric/clustered_nacov.csv", row.names = F, col.names = F, sep = ",", quote = F)
table2 <- data.frame(a = rep(0:1, c(40, 60)), b = c(rep(0, 40), rep(0:1, c(30, 30))))
two <- lavCor(table2, ordered = c("a", "b"))[1, 2]
# polyserial: y1 ordinal with a continuous sum of the others
data$z <- rowSums(data[items[-1]])
serial <- lavCor(data[c("y1", "y6", "z")], ordered = c("y1", "y6"))
writeLines(c(sprintf("two_by_two,%.12f", two), sprintf("polyserial_y1,%.12f", serial["y1", "z"]), sprintf("polyserial_y6,%.12f", serial["y6", "z"])), "polychoric/single.csv")
writeLines(c(R.version.string, paste("lavaan", packageVersion("lavaan"))), "polychoric/VERSIONS.txt")

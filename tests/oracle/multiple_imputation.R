# Reference figures for pooling over imputations. Run: Rscript tests/oracle/multiple_imputation.R
# Data: tests/oracle/multiple_imputation/imputed.csv (tests/oracle/small_sample/simulate.py).
suppressPackageStartupMessages(library(mice))
long <- read.csv("tests/oracle/multiple_imputation/imputed.csv")
fits <- lapply(split(long, long$imputation), function(d) lm(y ~ x + z, d))
out <- NULL
add <- function(case, term, quantity, value) out <<- rbind(out, data.frame(case, term, quantity, value = sprintf("%.15g", value)))
p <- pool(as.mira(fits))$pooled
for (q in c("estimate", "ubar", "b", "t", "df", "riv", "lambda", "fmi")) add("pool", as.character(p$term), q, p[[q]])
write.csv(out, "tests/oracle/multiple_imputation/expected.csv", row.names = FALSE, quote = FALSE)
writeLines(paste("Made by tests/oracle/multiple_imputation.R with", R.version.string, "mice", packageVersion("mice")), "tests/oracle/multiple_imputation/SOURCE.txt")

# Reference figures for indices of careless responding, in base R. Run from tests/oracle.
# answers.csv: 40 simulated people (seed 20260101), four scales of three items, 1 to 5; rows 1-3 are careless by hand.
x <- as.matrix(read.csv("careless/answers.csv"))
run <- function(row) { best <- 0; here <- 0
  for (i in seq_along(row)) { here <- if (is.na(row[i])) 0 else if (i > 1 && !is.na(row[i - 1]) && row[i] == row[i - 1]) here + 1 else 1
    best <- max(best, here) }
  best }
rle_run <- function(row) { kept <- row; kept[is.na(kept)] <- -seq_len(sum(is.na(kept))); r <- rle(kept); max(r$lengths[r$values > 0]) }
stopifnot(all(apply(x, 1, run) == apply(x, 1, rle_run)))
evenodd <- function(row) {
  parts <- split(row, rep(1:4, each = 3))
  odd <- sapply(parts, function(p) mean(p[c(1, 3)], na.rm = TRUE)); even <- sapply(parts, function(p) mean(p[2], na.rm = TRUE))
  ok <- !is.nan(odd) & !is.nan(even)
  if (sum(ok) < 3) return(NA)
  r <- suppressWarnings(cor(odd[ok], even[ok])); if (is.na(r)) return(NA)
  max(2 * r / (1 + r), -1)
}
complete <- x[stats::complete.cases(x), ]
m <- colMeans(complete); s <- cov(complete)
d <- sapply(seq_len(nrow(x)), function(i) { ok <- !is.na(x[i, ]); mahalanobis(x[i, ok], m[ok], s[ok, ok]) })
out <- data.frame(longest_run = apply(x, 1, rle_run), variability = apply(x, 1, sd, na.rm = TRUE),
                  even_odd = apply(x, 1, evenodd), squared_distance = d, dof = rowSums(!is.na(x)),
                  p_value = pchisq(d, rowSums(!is.na(x)), lower.tail = FALSE))
write.csv(format(out, digits = 15, trim = TRUE), "careless/expected.csv", row.names = FALSE, quote = FALSE)
writeLines(paste("Made by tests/oracle/careless.R with", R.version.string, "(base R only)."), "careless/SOURCE.txt")

# Graded response model by direct maximisation of the marginal likelihood: an independent route to the same estimates.
# Rscript tests/oracle/grm.R   (in the top folder; reads tests/oracle/grm/simulated.csv, writes expected.csv beside it)
suppressMessages(library(numDeriv))
folder <- "tests/oracle/grm"
data <- read.csv(file.path(folder, "simulated.csv"))
group <- data$group
x <- as.matrix(data[, -1])
k <- ncol(x)
top <- max(x, na.rm = TRUE)
nodes <- seq(-8, 8, length.out = 321)          # far finer than the grid under test
weights <- dnorm(nodes); weights <- weights / sum(weights)

unpack <- function(p) {
  a <- p[seq_len(k)]
  d <- matrix(p[k + seq_len(k * top)], k, top, byrow = TRUE)
  list(a = a, d = d, mean = p[k + k * top + 1], sd = p[k + k * top + 2])
}
minus_loglik <- function(p, which = 1:2) {
  q <- unpack(p)
  if (q$sd <= 0 || any(apply(q$d, 1, diff) >= 0)) return(1e10)
  total <- 0
  for (g in which) {
    theta <- if (g == 1) nodes else q$mean + q$sd * nodes
    rows <- x[group == g, , drop = FALSE]
    joint <- matrix(1, nrow(rows), length(theta))
    for (j in seq_len(k)) {
      star <- rbind(1, plogis(outer(q$d[j, ], q$a[j] * theta, "+")), 0)
      chance <- star[1:(top + 1), ] - star[2:(top + 2), ]
      here <- rows[, j]
      seen <- !is.na(here)
      joint[seen, ] <- joint[seen, ] * chance[here[seen] + 1, ]
    }
    total <- total + sum(log(joint %*% weights))
  }
  -total
}
start <- c(rep(1, k), rep(seq(1.5, -1.5, length.out = top), k), 0, 1)
fit <- optim(start, minus_loglik, method = "BFGS", control = list(maxit = 2000, reltol = 1e-13))
p <- fit$par
for (step in 1:4) p <- p - solve(hessian(minus_loglik, p), grad(minus_loglik, p))
H <- hessian(minus_loglik, p)
se <- sqrt(diag(solve(H)))
names <- c(paste0("slope_", seq_len(k)),
           paste0("intercept_", rep(seq_len(k), each = top), "_", rep(seq_len(top), k)), "mean", "sd")
out <- data.frame(case = "two_groups_missing", quantity = names, value = p, std_error = se)
out <- rbind(out, data.frame(case = "two_groups_missing", quantity = "loglik", value = -minus_loglik(p), std_error = NA))
write.csv(out, file.path(folder, "expected.csv"), row.names = FALSE)
writeLines(c(R.version.string, paste("numDeriv", packageVersion("numDeriv"))), file.path(folder, "versions.txt"))
print(max(abs(grad(minus_loglik, p))))

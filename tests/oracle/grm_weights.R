# Graded response model with sampling weights: the pseudo-likelihood maximised directly, and its sandwich from numerical
# derivatives of each person's part.
# Rscript tests/oracle/grm_weights.R   (in the top folder; reads grm/simulated.csv, writes grm/weights.csv and weighted.csv)
suppressMessages(library(numDeriv))
folder <- "tests/oracle/grm"
data <- read.csv(file.path(folder, "simulated.csv"))
x <- as.matrix(data[data$group == 1, c("q1", "q2", "q3", "q4")])
k <- ncol(x); top <- max(x, na.rm = TRUE)
nodes <- seq(-6, 6, length.out = 121); share <- dnorm(nodes); share <- share / sum(share)
set.seed(7)
w <- round(runif(nrow(x), 0.3, 3), 2)
write.csv(data.frame(weight = w), file.path(folder, "weights.csv"), row.names = FALSE)
w <- w / mean(w)
parts <- function(p) {
  a <- p[seq_len(k)]; d <- matrix(p[-seq_len(k)], k, top, byrow = TRUE)
  if (any(apply(d, 1, diff) >= 0)) return(rep(-1e8, nrow(x)))
  joint <- matrix(1, nrow(x), length(nodes))
  for (j in seq_len(k)) {
    star <- rbind(1, plogis(outer(d[j, ], a[j] * nodes, "+")), 0)
    chance <- star[1:(top + 1), ] - star[2:(top + 2), ]
    seen <- !is.na(x[, j])
    joint[seen, ] <- joint[seen, ] * chance[x[seen, j] + 1, ]
  }
  log(drop(joint %*% share))
}
pseudo <- function(p) -sum(w * parts(p))
p <- optim(c(rep(1, k), rep(seq(1.5, -1.5, length.out = top), k)), pseudo, method = "BFGS", control = list(maxit = 500, reltol = 1e-11))$par
p <- p - solve(hessian(pseudo, p), grad(pseudo, p))
bread <- solve(hessian(pseudo, p))
scores <- w * jacobian(parts, p)
se <- sqrt(diag(bread %*% crossprod(scores) %*% bread))
names <- c(paste0("slope_", seq_len(k)), paste0("intercept_", rep(seq_len(k), each = top), "_", rep(seq_len(top), k)))
write.csv(data.frame(quantity = names, value = p, std_error = se, gradient = max(abs(grad(pseudo, p)))), file.path(folder, "weighted.csv"), row.names = FALSE)

# Reference figures for effect sizes, in base R. Run: Rscript tests/oracle/effect_sizes.R
# Data: tests/oracle/effect_sizes/pairs.csv (tests/oracle/small_sample/simulate.py).
d <- read.csv("tests/oracle/effect_sizes/pairs.csv")
out <- NULL
add <- function(case, quantity, value) out <<- rbind(out, data.frame(case, quantity, value = sprintf("%.15g", value)))
J <- function(m) exp(lgamma(m / 2) - log(sqrt(m / 2)) - lgamma((m - 1) / 2))
x <- d$post - d$pre; n <- nrow(d); r <- cor(d$pre, d$post)
dz <- mean(x) / sd(x)
ncp <- function(t, df, p) uniroot(function(z) pt(t, df, z) - p, c(-40, 40), tol = 1e-13)$root
add("d_z", "estimate", dz)
add("d_z", "ci_low", ncp(dz * sqrt(n), n - 1, .975) / sqrt(n)); add("d_z", "ci_high", ncp(dz * sqrt(n), n - 1, .025) / sqrt(n))
add("d_rm", "estimate", dz * sqrt(2 * (1 - r)))
add("g_av", "estimate", J(n - 1) * mean(x) / ((sd(d$pre) + sd(d$post)) / 2))
add("g_av_rms", "estimate", J(n - 1) * mean(x) / sqrt((var(d$pre) + var(d$post)) / 2))
add("g_pre", "estimate", J(n - 1) * mean(x) / sd(d$pre))
a <- d$post[d$arm == 0]; b <- d$post[d$arm == 1]
s <- sqrt(((length(a) - 1) * var(a) + (length(b) - 1) * var(b)) / (length(a) + length(b) - 2))
k <- sqrt(length(a) * length(b) / (length(a) + length(b))); g <- (mean(b) - mean(a)) / s
add("hedges_g", "estimate", J(length(a) + length(b) - 2) * g)
add("hedges_g", "ci_low", J(38) * ncp(g * k, 38, .975) / k); add("hedges_g", "ci_high", J(38) * ncp(g * k, 38, .025) / k)
add("superiority_paired", "estimate", mean((sign(x) + 1) / 2))
add("superiority", "estimate", mean(outer(b, a, ">") + .5 * outer(b, a, "==")))
# Brunner and Munzel from their formulas
rk <- rank(c(a, b)); ra <- rank(a); rb <- rank(b); na <- length(a); nb <- length(b)
va <- sum((rk[1:na] - ra - mean(rk[1:na]) + (na + 1) / 2)^2) / (na - 1); vb <- sum((rk[na + 1:nb] - rb - mean(rk[na + 1:nb]) + (nb + 1) / 2)^2) / (nb - 1)
bm <- na * nb * (mean(rk[na + 1:nb]) - mean(rk[1:na])) / ((na + nb) * sqrt(na * va + nb * vb))
df <- (na * va + nb * vb)^2 / ((na * va)^2 / (na - 1) + (nb * vb)^2 / (nb - 1))
add("superiority", "dof", df); add("superiority", "p_value", 2 * pt(-abs(bm), df))
write.csv(out, "tests/oracle/effect_sizes/expected.csv", row.names = FALSE, quote = FALSE)
writeLines(paste("Made by tests/oracle/effect_sizes.R with", R.version.string, "(base R only)."), "tests/oracle/effect_sizes/SOURCE.txt")

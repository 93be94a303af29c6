# Reference figures for latent change over several waves and groups: change score models written out, contrasts by `:=`.
# Run from the repository: Rscript tests/oracle/latent_change.R
suppressPackageStartupMessages(library(lavaan))
here <- "tests/oracle/latent_change"
dir.create(here, showWarnings = FALSE)
out <- NULL
items <- c("a", "b", "c", "d")
save_data <- function(data, name) {
  write.csv(data, file.path(here, paste0(name, ".csv")), row.names = FALSE, na = "")
  read.csv(file.path(here, paste0(name, ".csv")))
}

# --- data: three waves, two groups; the second group changes more
set.seed(4711)
simulate <- function(n, shift) {
  f <- matrix(0, n, 3); f[, 1] <- rnorm(n)
  f[, 2] <- shift + 0.8 * f[, 1] + 0.5 * rnorm(n); f[, 3] <- 0.2 + shift / 2 + 0.85 * f[, 2] + 0.45 * rnorm(n)
  own <- matrix(rnorm(4 * n), n) * 0.5; load <- c(1.0, 0.8, 1.2, 0.9)
  y <- do.call(cbind, lapply(1:3, function(t) outer(f[, t], load) + own + matrix(rnorm(4 * n), n)))
  colnames(y) <- paste0(items, rep(1:3, each = 4)); y
}
arm <- rep(c("no", "yes"), c(230, 170))
y <- rbind(simulate(230, 0.1), simulate(170, 0.5))
ordinal <- save_data(data.frame(matrix(findInterval(y, c(-1.3, 0.1, 1.5)) + 1, nrow(y), dimnames = list(NULL, colnames(y))), arm), "ordinal")
y <- round(rbind(simulate(230, 0.1) + 3, simulate(170, 0.5) + 3.3), 3)
y[runif(400) < 0.2, 9:12] <- NA; y[, -1][matrix(runif(400 * 11) < 0.03, 400)] <- NA
continuous <- save_data(data.frame(y, arm), "continuous")

vec <- function(x) if (length(x) > 1) paste0("c(", paste(x, collapse = ","), ")") else x
lines <- function(...) paste0(c(...), collapse = "\n")
written <- function(k, g, sizes, ordered) {
  e <- letters[1:g]; lab <- function(p) vec(paste0(p, e)); same <- function(p) vec(rep(p, g)); first <- function(a, b) vec(c(a, rep(b, g - 1)))
  loads <- if (ordered) paste0("l", items) else c("1", "l2", "l3", "l4")
  body <- c(
    sapply(1:k, function(t) paste0("f", t, " =~ ", if (ordered) paste0(same("NA"), "*a", t, " + "), paste0(sapply(loads, same), "*", items, t, collapse = " + "))),
    sapply(2:k, function(t) c(paste0("f", t, " ~ 1*f", t - 1), paste0("f", t, " ~~ 0*f", t), paste0("f", t, " ~ 0*1"), paste0("D", t, " =~ 1*f", t),
      paste0("D", t, " ~ ", lab(paste0("m", t)), "*1"), paste0("D", t, " ~~ ", lab(paste0("v", t)), "*D", t), paste0("D", t, " ~~ ", lab(paste0("k", t)), "*f1"))),
    if (k > 2) paste0("D2 ~~ ", lab("c"), "*D3"),
    paste0("f1 ~ ", first("0", "NA"), "*1"),
    if (ordered) paste0("f1 ~~ ", first("1", "NA"), "*f1 + ", lab("p"), "*f1") else paste0("f1 ~~ ", lab("p"), "*f1"),
    apply(combn(k, 2), 2, function(s) paste0(items, s[1], " ~~ ", items, s[2])))
  for (t in 1:k) for (i in items) body <- c(body, if (ordered) c(
    paste0(i, t, " | ", paste0(sapply(paste0("t", i, 1:3), same), "*t", 1:3, collapse = " + ")),
    paste0(i, t, " ~~ ", if (t == 1) first("1", "NA") else same("NA"), "*", i, t)) else c(paste0(i, t, " ~ ", same(paste0("i", i)), "*1"), paste0(i, t, " ~~ ", i, t)))
  def <- paste0("pool := (", paste0(sizes, "*p", e, collapse = " + "), ")/", sum(sizes))
  pairs <- c(lapply(2:k, function(t) c(t - 1, t)), if (k > 2) list(c(1, 3)))
  for (s in pairs) {
    id <- paste0(s, collapse = ""); long <- s[2] - s[1] > 1
    for (x in e) {
      m <- if (long) paste0("(m2", x, " + m3", x, ")") else paste0("m", s[2], x)
      v <- if (long) paste0("(v2", x, " + v3", x, " + 2*c", x, ")") else paste0("v", s[2], x)
      start <- if (s[1] == 1) paste0("p", x) else paste0("(p", x, " + v2", x, " + 2*k2", x, ")")
      cov <- if (long) paste0("(k2", x, " + k3", x, ")") else if (s[1] == 1) paste0("k2", x) else paste0("(k3", x, " + c", x, ")")
      def <- c(def, paste0("mean_", id, x, " := ", m, "/sqrt(pool)"), paste0("variance_", id, x, " := ", v, "/pool"),
        paste0("start_", id, x, " := ", cov, "/sqrt(", start, "*", v, ")"),
        paste0("stability_", id, x, " := (", start, " + ", cov, ")/sqrt(", start, "*(", start, " + ", v, " + 2*", cov, "))"))
      if (!ordered) def <- c(def, paste0("people_", id, x, " := ", m, "*(1 + l2 + l3 + l4)/4"))
      if (s[1] == 2) def <- c(def, paste0("before_", id, x, " := c", x, "/sqrt(v2", x, "*v3", x, ")"))
    }
    if (g > 1) {
      gap <- if (long) "(m2b + m3b - m2a - m3a)" else paste0("(m", s[2], "b - m", s[2], "a)")
      def <- c(def, paste0("difference_", id, " := ", gap, "/sqrt(pool)"))
      if (!ordered) def <- c(def, paste0("points_", id, " := ", gap, "*(1 + l2 + l3 + l4)/4"))
    }
  }
  if (ordered) def <- gsub("\\bpa\\b", "1", def)  # fixed
  lines(body, def)
}
run <- function(case, data, k, group, ordered, ...) {
  use <- if (group) data else data[setdiff(names(data), "arm")]
  cols <- paste0(items, rep(1:k, each = 4)); use <- use[rowSums(!is.na(use[cols])) > 0, ]
  sizes <- if (group) as.numeric(table(use$arm)) else nrow(use)
  model <- written(k, length(sizes), sizes, ordered)
  options <- list(model, data = use, auto.var = TRUE, meanstructure = TRUE, ...)
  if (group) options$group <- "arm"
  if (ordered) options <- c(options, list(ordered = cols, parameterization = "theta"))
  fit <- do.call(lavaan, options)
  pe <- parameterEstimates(fit); pe <- pe[pe$op == ":=", ]
  out <<- rbind(out, data.frame(case, name = pe$lhs, estimate = pe$est, std_error = pe$se))
  fm <- fitMeasures(fit)
  for (name in intersect(c("chisq", "df", "chisq.scaled"), names(fm))) out <<- rbind(out, data.frame(case, name, estimate = as.numeric(fm[[name]]), std_error = NA))
  if (k > 2) {  # joint Wald tests of the standardised figures
    names <- if (group) c("difference_12", "difference_23") else c("mean_12a", "mean_23a")
    v <- lavInspect(fit, "vcov.def")[names, names]; m <- pe$est[match(names, pe$lhs)]
    out <<- rbind(out, data.frame(case, name = "wald", estimate = sum(m * solve(v, m)), std_error = NA))
  }
}
run("groups_two_waves_linear", continuous, 2, TRUE, FALSE, estimator = "MLR", missing = "ml")
run("groups_three_waves_linear", continuous, 3, TRUE, FALSE, estimator = "MLR", missing = "ml")
run("three_waves_linear", continuous, 3, FALSE, FALSE, estimator = "ML")
run("groups_two_waves_ordinal", ordinal, 2, TRUE, TRUE, estimator = "WLSMV")
run("three_waves_ordinal", ordinal, 3, FALSE, TRUE, estimator = "WLSMV")
writeLines(paste("lavaan", packageVersion("lavaan"), R.version.string), file.path(here, "versions.txt"))
write.csv(out, file.path(here, "expected.csv"), row.names = FALSE)
print(unique(names(warnings())))

# Reference figures for invariance ladders. Run from the repository: Rscript tests/oracle/invariance.R
suppressPackageStartupMessages({library(lavaan); library(semTools)})
here <- "tests/oracle/cfa"
get <- function(name) read.csv(file.path(here, paste0(name, ".csv")), check.names = FALSE)
version <- paste("lavaan", packageVersion("lavaan"), "semTools", packageVersion("semTools"), R.version.string)
out <- NULL
two <- "f1 =~ u1 + u2 + u3 + u4\nf2 =~ u5 + u6 + u7 + u8"
wanted <- c("chisq", "df", "chisq.scaled", "cfi", "cfi.scaled", "rmsea", "rmsea.scaled", "srmr", "npar")
record <- function(case, fits) {
  before <- NULL
  for (level in names(fits)) {
    fit <- fits[[level]]
    fm <- fitMeasures(fit); fm <- fm[intersect(wanted, names(fm))]
    out <<- rbind(out, data.frame(case, level, name = names(fm), value = as.numeric(fm)))
    if (!is.null(before)) {
      ordered <- lavInspect(fit, "options")$categorical || length(lavNames(fit, "ov.ord")) > 0
      lrt <- try(if (ordered) lavTestLRT(before, fit, method = "satorra.2000", A.method = "delta", scaled.shifted = TRUE)
                 else lavTestLRT(before, fit))
      if (!inherits(lrt, "try-error")) {
        col <- if ("Chisq diff" %in% names(lrt)) lrt[2, c("Chisq diff", "Df diff", "Pr(>Chisq)")]
        out <<- rbind(out, data.frame(case, level, name = c("diff_chi2", "diff_dof", "diff_p"), value = as.numeric(col)))
      }
    }
    before <- fit
  }
}
steps <- list(configural = NULL, thresholds = "thresholds", metric = c("thresholds", "loadings"),
              scalar = c("thresholds", "loadings", "intercepts"), strict = c("thresholds", "loadings", "intercepts", "residuals"))
eq <- function(data, kinds, ...) {
  args <- list(configural.model = two, data = data, ordered = paste0("u", 1:8), parameterization = "theta", ID.fac = "std.lv",
               ID.cat = "Wu.Estabrook.2016", group = "g", return.fit = TRUE, ...)
  if (!is.null(kinds)) args$group.equal <- kinds
  do.call(measEq.syntax, args)
}
record("five", lapply(steps, function(k) eq(get("five"), k)))
record("five_ulsmv", lapply(steps, function(k) eq(get("five"), k, estimator = "ULSMV")))
record("three", lapply(steps, function(k) eq(get("three"), k)))
record("binary", lapply(steps[c("configural", "strict")], function(k) eq(get("binary"), k)))
partial <- function(k) { args <- list(configural.model = two, data = get("five"), ordered = paste0("u", 1:8), parameterization = "theta",
  ID.fac = "std.lv", ID.cat = "Wu.Estabrook.2016", group = "g", return.fit = TRUE, group.partial = "u3 ~ 1"); if (!is.null(k)) args$group.equal <- k; do.call(measEq.syntax, args) }
record("five_partial", lapply(steps, partial))
long <- get("longitudinal"); names(long) <- gsub("\\.", "_", names(long))
waves <- "pre =~ u1_pre + u2_pre + u3_pre + u4_pre\npost =~ u1_post + u2_post + u3_post + u4_post"
lo <- function(k) { args <- list(configural.model = waves, data = long, ordered = names(long), parameterization = "theta", ID.fac = "std.lv",
  ID.cat = "Wu.Estabrook.2016", longFacNames = list(f = c("pre", "post")), auto = "all", return.fit = TRUE); if (!is.null(k)) args$long.equal <- k; do.call(measEq.syntax, args) }
record("long", lapply(steps, lo))
lin <- function(k) { args <- list(configural.model = waves, data = long, ID.fac = "std.lv", meanstructure = TRUE, estimator = "ML",
  longFacNames = list(f = c("pre", "post")), auto = "all", return.fit = TRUE); if (!is.null(k)) args$long.equal <- setdiff(k, "thresholds"); do.call(measEq.syntax, args) }
record("long_ml", lapply(steps[-2], lin))
ynames <- "f =~ y1 + y2 + y3\nm =~ y4 + y5 + y6"
cont <- function(k, est) cfa(ynames, get("continuous"), group = "g", estimator = est, std.lv = TRUE, group.equal = if (is.null(k)) "" else setdiff(k, "thresholds"))
for (est in c("ML", "MLR", "MLM")) record(paste0("continuous_", est), lapply(steps[-2], cont, est = est))
writeLines(version, file.path(here, "versions_invariance.txt"))
write.csv(out, file.path(here, "invariance.csv"), row.names = FALSE)

# Run methods of the R packages `surveillance` and `EpiEstim` as a peer of our detectors.
# Rscript surveillance_peer.R JOBS.json OUT.csv [seconds]
# JOBS: list of {method, counts (points x units, null = missing), epoch?, frequency, population?, from, to, control}
# OUT: job,unit,index,upperbound,alarm,expected,mu0,phi,trend,seconds
suppressPackageStartupMessages({ library(surveillance); library(jsonlite) })
arguments <- commandArgs(TRUE)
jobs <- fromJSON(arguments[1], simplifyVector = FALSE)

as_matrix <- function(rows) {
  do.call(rbind, lapply(rows, function(row) sapply(row, function(x) if (is.null(x)) NA_real_ else as.numeric(x))))
}
simplify <- function(x) if (is.list(x) && is.null(names(x))) unlist(x) else x

run <- function(job, number) {
  observed <- as_matrix(job$counts)
  units <- paste0("u", seq_len(ncol(observed)))
  colnames(observed) <- units
  population <- if (is.null(job$population)) matrix(1 / ncol(observed), nrow(observed), ncol(observed)) else as_matrix(job$population)
  dated <- !is.null(job$epoch)
  epoch <- if (dated) as.numeric(as.Date(unlist(job$epoch))) else seq_len(nrow(observed))
  data <- new("sts", epoch = epoch, observed = observed, freq = job$frequency,
              start = c(2000, 1), epochAsDate = dated, populationFrac = population)
  control <- lapply(job$control, simplify)
  control$range <- job$from:job$to
  began <- proc.time()[["user.self"]]
  fitted <- if (job$method %in% c("farringtonFlexible", "earsC")) {
    suppressWarnings(do.call(job$method, list(data, control = control)))
  } else {
    suppressWarnings(suppressMessages(do.call(job$method, list(data, control = control, verbose = FALSE))))
  }
  seconds <- proc.time()[["user.self"]] - began
  blank <- matrix(NA_real_, length(control$range), ncol(observed))
  pick <- function(name) if (job$method == "farringtonFlexible") fitted@control[[name]] else blank
  data.frame(job = number, unit = rep(units, each = length(control$range)),
             index = rep(control$range, ncol(observed)),
             upperbound = c(fitted@upperbound), alarm = c(fitted@alarm + 0),
             expected = c(pick("expected")), mu0 = c(pick("mu0Vector")), phi = c(pick("phiVector")),
             trend = c(pick("trend") + 0), seconds = seconds)
}

failed <- function(number) function(error) {
  message("job ", number, ": ", conditionMessage(error))
  data.frame(job = number, unit = "error", index = NA, upperbound = NA, alarm = NA, expected = NA,
             mu0 = NA, phi = NA, trend = NA, seconds = NA)
}
sink(stderr())
results <- lapply(seq_along(jobs), function(i) tryCatch(run(jobs[[i]], i - 1), error = failed(i - 1)))
sink()
options(digits = 17)
write.csv(do.call(rbind, results), arguments[2], row.names = FALSE)

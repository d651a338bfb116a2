# Count the hot days of each station in a table of daily maximum temperatures.

hot_days <- function(path, threshold = 25) {
  daily <- read.csv(path)
  hot <- daily$maximum_celsius >= threshold
  aggregate(list(hot_days = hot), list(station = daily$station), sum)
}

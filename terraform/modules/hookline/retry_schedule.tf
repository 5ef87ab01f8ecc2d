# The times of all attempts of a delivery that always fails, as crates/retry computes them: each wait has its full
# length, so jitter makes the attempts earlier.

locals {
  # The waits grow for at most seven retries: after that they are longer than the highest max_seconds (4^8 > 43200).
  growing_waits = [for n in range(8) : min(var.retry.base_seconds * pow(4, n), var.retry.max_seconds)]

  # Seconds from the first attempt to each of these retries. The last attempt is at the end of the configured time.
  growing_times = [for n in range(8) : sum(slice(local.growing_waits, 0, n + 1))]
  early_times   = [for time in local.growing_times : time if time < local.give_up_seconds]

  # The other retries have equal waits, up to the last one.
  later_retries = max(1, ceil((local.give_up_seconds - local.growing_times[7]) / var.retry.max_seconds))
  attempts      = 1 + length(local.early_times) + local.later_retries

  shown_times = slice(local.early_times, 0, min(6, length(local.early_times)))
  shown_texts = [for time in concat(local.shown_times, [local.give_up_seconds]) : (
    time < 90 ? "${time} s" :
    time < 5400 ? "${floor(time / 60 + 0.5)} min" :
    "${floor(time / 360 + 0.5) / 10} h"
  )]

  # The three dots stand for attempts that are not shown.
  has_more_attempts = local.attempts > 2 + length(local.shown_times)
  retry_schedule = format(
    "attempts after about %s; %d attempts",
    join(", ", [for n, text in local.shown_texts : (
      local.has_more_attempts && n == length(local.shown_texts) - 1 ? "… ${text}" : text
    )]),
    local.attempts,
  )
}

-- Prints wrk's counts as one line of JSON after the word BENCH, for load.py.

local threads = {}

function setup(thread)
    threads[#threads + 1] = thread
end

function done(summary, latency)
    local thread = threads[1]
    local errors = summary.errors
    print(string.format(
        'BENCH {"requests": %d, "microseconds": %d, "asked": %d, "looked": %d, "load_microseconds": %d, '
            .. '"errors": {"connect": %d, "read": %d, "write": %d, "timeout": %d}, "not_2xx": %d, '
            .. '"latency_us": {"p50": %d, "p99": %d, "p99.9": %d, "max": %d}}',
        summary.requests, summary.duration, thread:get("asked") or -1, thread:get("looked") or 0,
        thread:get("load_microseconds") or -1,
        errors.connect, errors.read, errors.write, errors.timeout, errors.status,
        latency:percentile(50), latency:percentile(99), latency:percentile(99.9), latency.max))
end

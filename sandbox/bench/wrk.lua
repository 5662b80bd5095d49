-- Sends the requests of a plan in turn and reports as one line of JSON. PLAN names a Lua file that returns a list of
-- {method, path, headers, body}.

local requests = {}
local sent = 0

function init(_)  -- not before, since only now wrk knows the Host
  for number, wanted in ipairs(dofile(os.getenv("PLAN"))) do
    requests[number] = wrk.format(wanted[1], wanted[2], wanted[3], wanted[4])
  end
  sent = #requests - 1  -- wrk asks for one request at once, which it does not send
end

function request()
  sent = sent % #requests + 1
  return requests[sent]
end

function done(summary, latency, _)
  local errors = summary.errors
  io.write(string.format(
    '\n{"requests": %d, "seconds": %.6f, "failed": %d, "refused": %d, "p50": %.3f, "p99": %.3f, "max": %.3f}\n',
    summary.requests, summary.duration / 1e6, errors.connect + errors.read + errors.write + errors.timeout,
    errors.status, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3, latency.max / 1e3))
end

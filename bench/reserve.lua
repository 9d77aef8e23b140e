-- Each request reserves the next seat of a file, for a new buyer and with a new key.
--
--   wrk … -s reserve.lua URL -- FILE WIDTH RUN [LIMIT STOPPED]
--
-- FILE holds the content of the requests' bodies without the outer braces, WIDTH bytes per request.
-- After the last one it starts again. RUN is part of every key. After LIMIT requests the load stops
-- and the file STOPPED is created: wrk itself can only limit seconds.

dofile("report.lua") -- wrk is started in this folder

local ffi = require("ffi")
ffi.cdef [[
    typedef struct { long seconds; long nanoseconds; } moment;
    int clock_gettime(int clock, moment *now);
    void *malloc(size_t bytes);
    size_t fread(void *to, size_t item, size_t items, void *file);
]]

local function microseconds()
    local now = ffi.new("moment")
    ffi.C.clock_gettime(1, now) -- 1: monotonic
    return tonumber(now.seconds) * 1e6 + tonumber(now.nanoseconds) / 1e3
end

-- wrk calls request() once before the load, and doesn't send that request.
asked = -1
load_microseconds = -1

-- The offset of the event's id in a line of FILE.
local event_offset, event_width = #'"event_id":"', 36
local seats, width, count, limit, stopped_file, began
local text = ffi.string
local to_user, to_key, to_body

function init(args)
    -- Outside Lua's heap: with a large heap the collector runs so rarely that the garbage of
    -- requests leaves the processor's cache, and a request costs three times as much.
    local file = assert(io.open(args[1], "rb"))
    local size = file:seek("end")
    file:seek("set")
    seats = ffi.cast("char *", ffi.C.malloc(size))
    assert(ffi.C.fread(seats, 1, size, file) == size)
    file:close()
    width = tonumber(args[2])
    count = size / width
    limit = tonumber(args[4]) or math.huge
    stopped_file = args[5]

    -- Twelve digits together with request()'s: as many as in the answer that nginx imitates.
    to_user = "POST /api/v1/reservations HTTP/1.1\r\nHost: " .. wrk.headers["Host"]
        .. "\r\nContent-Type: application/json\r\nContent-Length: " .. (width + 2) .. "\r\nX-User-ID: buyer-0000"
    to_key = "\r\nIdempotency-Key: " .. args[3] .. "-"
    to_body = "\r\n\r\n{"
end

-- The event whose seat is requested next.
function next_event()
    return text(seats + asked % count * width + event_offset, event_width)
end

function request()
    local number = asked % count
    asked = asked + 1
    if asked == 1 then began = microseconds() end
    if asked == limit then
        load_microseconds = microseconds() - began
        io.open(stopped_file, "w"):close()
        wrk.thread:stop()
    end
    local name = 10000000 + asked
    return to_user .. name .. to_key .. name .. to_body .. text(seats + number * width, width) .. "}"
end

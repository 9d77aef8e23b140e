-- A buyer's behaviour: four reads of an event, then a reservation of its next seat, over and over.
--
--   wrk … -s mixed.lua URL -- FILE WIDTH RUN LIMIT STOPPED SUFFIX SUFFIX SUFFIX SUFFIX
--
-- The first five arguments are those of reserve.lua; LIMIT counts reservations. A SUFFIX is the part
-- of a read's path after /api/v1/events/ID.

dofile("reserve.lua")

local prepare, reserve = init, request
local to_event, to_suffix
local turn = -1

looked = 0

function init(args)
    prepare(args)
    to_event = "GET /api/v1/events/"
    to_suffix = {}
    for place = 6, #args do
        to_suffix[#to_suffix + 1] = args[place] .. " HTTP/1.1\r\nHost: " .. wrk.headers["Host"]
            .. "\r\nAccept-Encoding: gzip\r\n\r\n"
    end
end

function request()
    turn = turn + 1
    local step = turn % (#to_suffix + 1)
    if step == 0 then return reserve() end -- so is the one that wrk only looks at
    looked = looked + 1
    return to_event .. next_event() .. to_suffix[step]
end

#include "store/redis/gate_scripts.h"

namespace frontrow::store::redis {
namespace {

constexpr const char* kTake = R"lua(
local owner, life = ARGV[1], ARGV[2]
local seats = (#KEYS - 1) / 2
local entries = redis.call('MGET', unpack(KEYS))
local vouched = entries[1]
local wanted, letters, is_taken = {}, {}, false
for i = 2, seats + 1 do
  local fact, claim = entries[i], entries[i + seats]
  local letter, is_his = '-', false
  if vouched and fact and string.sub(fact, 50) == vouched then
    local kind = string.sub(fact, 1, 1)
    if kind == 'h' or kind == 's' then
      is_his = string.sub(fact, 18, 49) == owner
      if not is_his then letter = kind end
    end
  end
  if claim and claim ~= owner and letter == '-' then letter = 'c' end
  if letter ~= '-' then is_taken = true end
  if not claim and not is_his then wanted[#wanted + 1] = KEYS[i + seats] end
  letters[#letters + 1] = letter
end
if is_taken then return table.concat(letters) end
for _, key in ipairs(wanted) do redis.call('SET', key, owner, 'PX', life) end
return 1
)lua";

constexpr const char* kRelease = R"lua(
local claims = redis.call('MGET', unpack(KEYS))
for i, key in ipairs(KEYS) do
  if claims[i] == ARGV[1] then redis.call('DEL', key) end
end
return 1
)lua";

// MGET, because GET fails where something else than text stands.
constexpr const char* kApply = R"lua(
for i = 1, #KEYS, 2 do
  local entry, life = ARGV[i], ARGV[i + 1]
  local before = redis.call('MGET', KEYS[i])[1]
  local newest = before and tonumber(string.sub(before, 2, 17)) or 0
  if tonumber(string.sub(entry, 2, 17)) >= newest then
    redis.call('SET', KEYS[i], entry, 'PX', life)
    if string.sub(entry, 1, 1) ~= 'f' then redis.call('DEL', KEYS[i + 1]) end
  end
end
return 1
)lua";

}  // namespace

GateScripts::GateScripts() : take{kTake}, release{kRelease}, apply{kApply} {
}

}  // namespace frontrow::store::redis

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
  if vouched and fact then
    local kind = string.sub(fact, 1, 1)
    if kind == 'h' or kind == 's' then
      is_his = string.sub(fact, 18) == owner
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

constexpr const char* kApply = R"lua(
local entry, seq, life, ends_claims = ARGV[1], tonumber(ARGV[2]), ARGV[3], ARGV[4] == '1'
local seats = #KEYS / 2
local before = redis.call('MGET', unpack(KEYS, 1, seats))
for i = 1, seats do
  local newest = before[i] and tonumber(string.sub(before[i], 2, 17)) or 0
  if seq >= newest then
    redis.call('SET', KEYS[i], entry, 'PX', life)
    if ends_claims then redis.call('DEL', KEYS[i + seats]) end
  end
end
return 1
)lua";

}  // namespace

GateScripts::GateScripts() : take{kTake}, release{kRelease}, apply{kApply} {
}

}  // namespace frontrow::store::redis

#include "store/redis/gate_script.h"

namespace frontrow::store::redis {

// Uses MGET, because GET fails on a value that isn't a string. An entry without an expiry, or with
// a longer one than a claim's, is not a claim.
io::RedisScript gate_script() {
    return io::RedisScript{R"lua(
local owner, life, longest = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
if #KEYS == 0 then return 1 end
local claims = redis.call('MGET', unpack(KEYS))
if life == 0 then
  for i, key in ipairs(KEYS) do
    if claims[i] == owner then redis.call('DEL', key) end
  end
  return 1
end
local wanted, letters, is_taken = {}, {}, false
for i, key in ipairs(KEYS) do
  local is_others = false
  if claims[i] and claims[i] ~= owner then
    local left = redis.call('PTTL', key)
    is_others = left >= 0 and left <= longest
  end
  letters[i] = is_others and 'c' or '-'
  is_taken = is_taken or is_others
  if claims[i] ~= owner then wanted[#wanted + 1] = key end
end
if is_taken then return table.concat(letters) end
for _, key in ipairs(wanted) do redis.call('SET', key, owner, 'PX', life) end
return 1
)lua"};
}

}  // namespace frontrow::store::redis

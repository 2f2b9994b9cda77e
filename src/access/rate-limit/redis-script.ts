// decide.ts and takeBack() in Lua, which Redis runs as one step. A bucket is one string: its slots, packed.

/** KEYS: the buckets. ARGV: now, then limit, window, amount, whenDenied of each. Answers 1 or 0, then remaining, reset, wait of each. */
export const chargeScript = `
local now = tonumber(ARGV[1])
local buckets, allowed = {}, true
for index, key in ipairs(KEYS) do
  local at = 2 + (index - 1) * 4
  local bucket = {
    limit = tonumber(ARGV[at]), window = tonumber(ARGV[at + 1]),
    amount = tonumber(ARGV[at + 2]), whenDenied = tonumber(ARGV[at + 3]),
    slots = {}, used = 0,
  }
  local packed = redis.call('GET', key)
  for _, slot in ipairs(packed and cmsgpack.unpack(packed) or {}) do
    if slot[2] > now - bucket.window then
      if slot[2] > now + bucket.window then
        slot = { now, now, slot[3] }
        bucket.moved = true
      end
      table.insert(bucket.slots, slot)
      bucket.used = bucket.used + slot[3]
    end
  end
  bucket.room = math.max(0, bucket.limit - bucket.used)
  if bucket.amount > bucket.room then allowed = false end
  buckets[index] = bucket
end

local answer = { allowed and 1 or 0 }
for index, key in ipairs(KEYS) do
  local bucket = buckets[index]
  local slots = bucket.slots
  local taken = allowed and bucket.amount or math.min(bucket.whenDenied, bucket.room)
  if taken > 0 then
    local last = slots[#slots]
    if not last or now >= last[1] + bucket.window / 60 then
      table.insert(slots, { now, now, taken })
    else
      last[2] = math.max(last[2], now)
      last[3] = last[3] + taken
    end
  end
  if taken > 0 or bucket.moved then
    redis.call('SET', key, cmsgpack.pack(slots), 'PX', 2 * bucket.window)
  end
  local reset = #slots == 0 and 0 or slots[#slots][2] + bucket.window - now
  local wait = 0
  local excess = bucket.used + taken + bucket.amount - bucket.limit
  if not allowed and excess > 0 then
    wait = bucket.window
    for _, slot in ipairs(slots) do
      excess = excess - slot[3]
      if excess <= 0 then
        wait = slot[2] + bucket.window - now
        break
      end
    end
  end
  table.insert(answer, bucket.room - taken)
  table.insert(answer, reset)
  table.insert(answer, wait)
end
return answer
`;

/** KEYS: the buckets. ARGV: amount, window of each. */
export const refundScript = `
for index, key in ipairs(KEYS) do
  local rest = tonumber(ARGV[2 * index - 1])
  local packed = redis.call('GET', key)
  if packed then
    local slots = cmsgpack.unpack(packed)
    while rest > 0 and #slots > 0 do
      local last = slots[#slots]
      if last[3] > rest then
        last[3] = last[3] - rest
        rest = 0
      else
        rest = rest - last[3]
        table.remove(slots)
      end
    end
    if #slots == 0 then redis.call('DEL', key)
    else redis.call('SET', key, cmsgpack.pack(slots), 'PX', 2 * tonumber(ARGV[2 * index])) end
  end
end
return 1
`;

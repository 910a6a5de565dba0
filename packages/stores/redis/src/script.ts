/** What a step does, by its letter in {@link SCRIPT}. */
export type StepKind = "c" | "r" | "p" | "d" | "t" | "g";

/**
 * The one script: a step over each of its keys. The first argument has a letter for each step; their arguments follow.
 *
 *   c  create   value             written where nothing stands
 *   r  replace  value, expected   written over a value that begins with `expected`
 *   p  prolong  value, expected   the same, and it lives longer where it asks for that
 *   d  remove   expected
 *   t  touch    expected          a write that changes nothing, for WAIT to wait for
 *   g  get
 *
 * The value of a create or a prolong ends in the milliseconds that it is to live, that of a replace in none: what the other
 * has left is put there. `value.ts` says how values are made.
 *
 * The answer for a key is false where nothing stands now (or it stands because this step wrote it: create), the time to live
 * where this step wrote over a value, and else the value that stands behind its time to live (a list of two). A key in its
 * last millisecond has a time to live of 0 and counts as gone.
 *
 * A lone key takes the least that the server can do. Many keys are read by one command; where values say when they end, and
 * that is not near, one look at the clock stands for the times to live of all. So the answers for many keys are a list: the
 * time, and then each of them. Such a value comes without a time to live, and an error as a list of its text, because the
 * other steps have been done. A later step for the same key sees what an earlier one has written. MGET says of what is no
 * text that it is not there, so a step that finds nothing looks again.
 *
 * Every command is in Redis 6.0 and later.
 */
export const SCRIPT = `
local call, try, sub, format = redis.call, redis.pcall, string.sub, string.format
local kinds, args = ARGV[1], ARGV
if #KEYS == 1 then
  local key, value, expected = KEYS[1], args[2], args[3] or args[2]
  local left = call('PTTL', key)
  if left == -2 or left == 0 then
    if kinds == 'c' then call('SET', key, value, 'PX', format('%d', sub(value, -16))) end
    return false
  elseif kinds == 'c' or kinds == 'g' or left < 0 or call('GETRANGE', key, 0, #expected - 1) ~= expected then
    return { left, call('GET', key) }
  elseif kinds == 'd' then
    call('DEL', key)
    return false
  elseif kinds == 't' then
    call('SETRANGE', key, 0, sub(expected, 1, 1))
    return left
  elseif kinds == 'p' then
    local life = tonumber(sub(value, -16))
    if life > left then
      call('SET', key, value, 'PX', format('%d', life))
      return life
    end
    value = sub(value, 1, -17)
  end
  call('SET', key, value .. format('%016d', left), 'KEEPTTL')
  return left
end
local time, stood, written, lives, at = call('TIME'), call('MGET', unpack(KEYS)), {}, {}, 2
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local function set(key, value, answer, ...)
  local done = try('SET', key, value, ...)
  if not done then return try('GET', key) end
  if not done.ok then return done end
  written[key] = value
  return answer
end
local function put(key, value, answer, condition)
  local digits = sub(value, -16)
  local life = lives[digits]
  if not life then
    life = { ms = format('%d', digits), ends = format('%016d', now + digits) }
    lives[digits] = life
  end
  return set(key, value .. life.ends, answer, 'PX', life.ms, condition)
end
local function step(kind, key, stands, value, expected)
  if not stands then
    if kind == 99 then return put(key, value, false, 'NX') end
    return try('GET', key)
  end
  local ends = string.byte(stands, -17) ~= 59 and sub(stands, -16)
  local left = (tonumber(ends) or 0) - now
  if left < 1000 then
    left, ends = call('PTTL', key), nil
    if left == 0 or left == -2 then return kind == 99 and put(key, value, false, 'XX') end
  end
  if kind == 99 or kind == 103 or left < 0 or sub(stands, 1, #expected) ~= expected then
    return ends and stands or { left, stands }
  elseif kind == 100 then
    local done = try('DEL', key)
    if type(done) == 'table' then return done end
    written[key] = false
    return false
  elseif kind == 116 then
    local done = try('SETRANGE', key, 0, sub(expected, 1, 1))
    return type(done) == 'table' and done or left
  elseif kind == 112 then
    local life = tonumber(sub(value, -16))
    if life > left then return put(key, value, life, 'XX') end
    value = sub(value, 1, -17)
  end
  return set(key, value .. format('%016d', left) .. (ends or format('%016d', now + left)), left, 'KEEPTTL')
end
local answers = { now }
for i, key in ipairs(KEYS) do
  local kind, stands, value = string.byte(kinds, i), written[key], args[at]
  local expected = value
  if kind == 114 or kind == 112 then
    at = at + 1
    expected = args[at]
  end
  if kind ~= 103 then at = at + 1 end
  if stands == nil then stands = stood[i] end
  local answer = step(kind, key, stands, value, expected)
  if type(answer) == 'table' and answer.err then answer = { answer.err } end
  answers[i + 1] = answer
end
return answers`;

/** SHA-1 of {@link SCRIPT}, by which servers keep it; a test holds the two together. */
export const SCRIPT_SHA1 = "df697d4ce91497901d10e6ad5c489fd49d89d530";

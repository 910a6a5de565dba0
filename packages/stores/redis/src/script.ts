/**
 * The one script: a step over each of its keys.
 *
 * Three arguments for each key: the value without the time to live that ends it, milliseconds, and how the value that
 * stands has to begin. Of a lone key, empty ones may be left out at the end: every argument costs the client a
 * microsecond.
 *
 *   create    value  retention
 *   replace   value  keepMs, or "" for none  expected
 *   remove    ""     ""                      expected
 *   get
 *   touch     "="    ""                      own        a write that changes nothing, for WAIT to wait for
 *
 * The answer for a key is false where nothing stands now (or it stands because this step wrote it: create), the time to
 * live where this step wrote over a value, and else a list of the time to live and the value of what stands.
 *
 * A key in its last millisecond has a time to live of 0 and counts as gone. Every command is in Redis 6.0 and later.
 * With several keys, an error of one is its own answer (a text), because the other steps have been done.
 */
export const SCRIPT = `
local call = redis.call
local function step(key, value, ms, expected)
  local left = call('PTTL', key)
  if left == -2 or left == 0 then
    if expected == '' and value ~= '' then call('SET', key, value .. ms, 'PX', ms) end
    return false
  end
  if expected ~= '' and left > 0 and call('GETRANGE', key, 0, #expected - 1) == expected then
    if value == '' then
      call('DEL', key)
      return false
    elseif value == '=' then
      call('SETRANGE', key, 0, string.sub(expected, 1, 1))
      return left
    elseif ms ~= '' and tonumber(ms) > left then
      call('SET', key, value .. ms, 'PX', ms)
      return tonumber(ms)
    end
    call('SET', key, value .. string.format('%.0f', left), 'KEEPTTL')
    return left
  end
  return { left, call('GET', key) }
end
if #KEYS == 1 then return step(KEYS[1], ARGV[1] or '', ARGV[2] or '', ARGV[3] or '') end
local answers, args, at = {}, ARGV, 1
for i, key in ipairs(KEYS) do
  local done, answer = pcall(step, key, args[at], args[at + 1], args[at + 2])
  if not done then
    if type(answer) == 'table' then answer = answer.err end
    answer = tostring(answer)
  end
  answers[i] = answer
  at = at + 3
end
return answers`;

/** SHA-1 of {@link SCRIPT}, by which servers keep it; a test holds the two together. */
export const SCRIPT_SHA1 = "221d0e746247ed380aa756dbd98a23bfff53d693";

-- Requests addresses in the proportions of Zipf's law: the first twice as often as the second, and so on.
-- The first argument names a file with one path on each line.
local paths, weights, sum = {}, {}, 0

function init(args)
  math.randomseed(tonumber(tostring({}):sub(8), 16) or os.time())
  for line in io.lines(args[1]) do
    paths[#paths + 1] = line
    sum = sum + 1 / #paths
    weights[#paths] = sum
  end
end

function request()
  local at, low, high = math.random() * sum, 1, #paths
  while low < high do
    local middle = math.floor((low + high) / 2)
    if weights[middle] < at then low = middle + 1 else high = middle end
  end
  return wrk.format("GET", paths[low])
end

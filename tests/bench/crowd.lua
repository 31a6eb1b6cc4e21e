-- What each answer of the crowd was, by its entity tag; told when wrk ends.
local threads = {}

function setup(thread)
  table.insert(threads, thread)
end

function init(args)
  tags = ""
  counts = {}
end

function response(status, headers, body)
  local tag = status .. " " .. (headers["ETag"] or headers["Etag"] or headers["etag"] or "-") .. " " .. #body
  counts[tag] = (counts[tag] or 0) + 1
  if counts[tag] == 1 then
    tags = tags .. tag .. "\n"
  end
end

function done(summary, latency, requests)
  for _, thread in ipairs(threads) do
    for tag in thread:get("tags"):gmatch("[^\n]+") do
      io.write("ANSWER " .. tag .. "\n")
    end
  end
end

// Show a job's progress: ask for its state every second, and reload the page when it has ended.
const INTERVAL = 1000; // milliseconds

for (const section of document.querySelectorAll("[data-job]")) {
  const part = (name) => section.querySelector(`[data-job-${name}]`);
  if (part("cancel")) follow(section.dataset.job, part);
}

function show(state, part) {
  part("state").textContent = state.state_label;
  part("count").textContent = state.total ? `${state.done} / ${state.total}` : "";
  part("message").textContent = state.message;
  part("problem").textContent = state.problem;
  if (state.percent === null) part("progress").removeAttribute("value");
  else part("progress").value = state.percent;
}

async function follow(url, part) {
  try {
    const response = await fetch(url, { headers: { Accept: "application/json" } });
    if (response.ok) {
      const state = await response.json();
      show(state, part);
      if (!state.active) {
        location.assign(state.next_url || location.href);
        return;
      }
    }
  } catch {
    // The network is away: ask again.
  }
  setTimeout(follow, INTERVAL, url, part);
}

// Values that this device keeps, as JSON. Where storage is forbidden or full, pages work without them.

export function readStored(key, otherwise) {
  try {
    return JSON.parse(localStorage.getItem(key)) ?? otherwise;
  } catch {
    return otherwise;
  }
}

// Whether the value was stored.
export function storeValue(key, value) {
  try {
    localStorage.setItem(key, JSON.stringify(value));
    return true;
  } catch {
    return false;
  }
}

// GUIDs of the slots that the reader starred at an event.
export const starsKey = (event) => `stars:${event}`;
export const readStars = (event) => readStored(starsKey(event), []);

// Copies of events in IndexedDB, one per event and language, by the event's address. No build empties it.
const connect = () =>
  new Promise((resolve, reject) => {
    const request = indexedDB.open("roadshow", 1);
    request.onupgradeneeded = () => request.result.createObjectStore("copies");
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

let connection;
async function run(mode, action) {
  connection ??= connect();
  const database = await connection.catch((error) => {
    connection = undefined;
    throw error;
  });
  return new Promise((resolve, reject) => {
    const request = action(database.transaction("copies", mode).objectStore("copies"));
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

// A record is {tag, storedAt, policy, content}: entity tag, milliseconds, Content-Security-Policy, the document.
const store = {
  get: (key) => run("readonly", (copies) => copies.get(key)),
  put: (key, record) => run("readwrite", (copies) => copies.put(record, key)),
  all: () => run("readonly", (copies) => copies.getAll()),
};

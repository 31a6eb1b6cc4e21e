// <roadshow-embed event="…" show="schedule | speakers | next">: a frame of this portal, as high as what is in it.
const portal = new URL(import.meta.url).origin;
const parameters = ["day", "view", "q", "track", "room", "kind", "level", "language", "topic", "recorded", "count", "theme"];
const parts = ["schedule", "speakers", "next"];

class RoadshowEmbed extends HTMLElement {
  static observedAttributes = ["event", "show", "lang", "height", "title", ...parameters];
  #frame = document.createElement("iframe");
  #hear = ({ source, origin, data }) => {
    const told = source === this.#frame.contentWindow && origin === portal && data?.roadshow === "height";
    if (told && !this.hasAttribute("height") && data.height > 0) this.#frame.style.blockSize = `${data.height}px`;
  };

  constructor() {
    super();
    this.#frame.loading = "lazy";
    Object.assign(this.#frame.style, { display: "block", inlineSize: "100%", blockSize: "20rem", maxBlockSize: "min(90vh, 60rem)", border: "0" });
    this.#frame.part = "frame";
    this.attachShadow({ mode: "open" }).append(this.#frame);
  }

  connectedCallback() {
    this.style.display ||= "block";
    addEventListener("message", this.#hear);
    this.#show();
  }

  disconnectedCallback() {
    removeEventListener("message", this.#hear);
  }

  attributeChangedCallback() {
    if (this.isConnected) this.#show();
  }

  #show() {
    const [event, lang, height] = ["event", "lang", "height"].map((name) => this.getAttribute(name));
    if (!event) return;
    const part = parts.includes(this.getAttribute("show")) ? this.getAttribute("show") : "schedule";
    const prefix = lang && lang !== "en" ? `/${lang.toLowerCase()}` : "";
    const address = new URL(`${prefix}/events/${encodeURIComponent(event)}/embed/${part}/`, portal);
    for (const name of parameters) if (this.hasAttribute(name)) address.searchParams.set(name, this.getAttribute(name));
    if (height) Object.assign(this.#frame.style, { blockSize: /^\d+$/.test(height) ? `${height}px` : height, maxBlockSize: "none" });
    this.#frame.title = this.title || event;
    if (this.#frame.src !== address.href) this.#frame.src = address.href;
  }
}

customElements.define("roadshow-embed", RoadshowEmbed);

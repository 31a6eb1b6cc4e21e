// Addresses that forms propose from names: by the rule of `slugify` in roadshow/core/addresses.py, so that the marks
// with which Thai, Hindi and other scripts write vowels stay.
function proposeSlug(text, length) {
  const kept = text.normalize("NFKC").toLowerCase().replace(/[^\p{L}\p{M}\p{N}_\s-]/gu, "");
  return kept.replace(/[-\s]+/g, "-").replace(/^[-_]+/, "").slice(0, length).replace(/[-_]+$/, "");
}

const urlify = window.URLify; // the admin's own, for Latin letters only
window.URLify = (text, length, allowUnicode) => (allowUnicode ? proposeSlug(text, length) : urlify(text, length, allowUnicode));

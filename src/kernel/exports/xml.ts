const special: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }

/** Text for an element or an attribute in quotation marks. Every character must be one that XML 1.0 has. */
export const escaped = (text: string) => text.replace(/[&<>"]/g, (character) => special[character] ?? '')

export const declaration = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'

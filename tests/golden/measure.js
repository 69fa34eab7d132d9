// What a page looks like, in numbers. Sizes in CSS pixels.
() => {
  const wide = document.documentElement.clientWidth;
  const style = (element) => getComputedStyle(element);
  const shown = (element) => {
    for (let each = element; each && each.nodeType === 1; each = each.parentElement) {
      const looks = style(each);
      if (looks.display === "none" || looks.visibility === "hidden" || looks.opacity === "0") return false;
    }
    return true;
  };
  const short = (text) => text.replace(/\s+/g, " ").trim().slice(0, 60);
  const faults = [];
  const over = document.documentElement.scrollWidth - wide;
  if (over > 0) faults.push(`scrolls ${over} px sideways`);
  const texts = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode, parent = node.parentElement;
    if (!node.data.trim() || !shown(parent)) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    const size = parseFloat(style(parent).fontSize), bold = parseInt(style(parent).fontWeight) >= 600;
    for (const box of range.getClientRects()) {
      if (box.width < 2 || size < 2) continue;
      if (box.left < -1 || box.right > wide + 1) faults.push(`outside: ${short(node.data)}`);
      texts.push({x: box.x, y: box.y + scrollY, width: box.width, height: box.height, size, bold, text: short(node.data)});
    }
  }
  for (const element of document.body.querySelectorAll("*")) {
    if (!shown(element) || style(element).overflow === "visible") continue;
    if (element.scrollWidth > element.clientWidth + 1 || element.scrollHeight > element.clientHeight + 1)
      faults.push(`clipped: ${short(element.textContent)}`);
  }
  for (const link of document.querySelectorAll("a[href]")) {
    if (!shown(link)) continue;
    const box = link.getBoundingClientRect();
    if (style(link).display === "inline-block" && box.height < 44) faults.push(`button of ${box.height} px: ${short(link.textContent)}`);
    else if (!link.textContent.trim() && Math.min(box.width, box.height) < 24) faults.push(`target of ${box.width} × ${box.height} px`);
  }
  const lines = [];
  for (const paragraph of document.querySelectorAll("p")) {
    if (!shown(paragraph) || paragraph.childElementCount) continue;
    const range = document.createRange();
    range.selectNodeContents(paragraph);
    const widths = [...range.getClientRects()].map((box) => box.width);
    const all = widths.reduce((sum, width) => sum + width, 0), full = all - widths.at(-1);
    if (widths.length >= 3) lines.push(paragraph.textContent.trim().length * full / all / (widths.length - 1));
  }
  const blank = [...document.images].filter((image) => shown(image) && !image.alt.trim()).length;
  if (blank) faults.push(`${blank} pictures without words`);
  return {faults: [...new Set(faults)], texts, lines, height: document.documentElement.scrollHeight};
}

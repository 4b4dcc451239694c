/** First line of every unit file of ours. */
export function unitMark(name: string): string {
  return `# Made by deeptrace for ${name}; changes by hand are undone by the next rollout.`;
}

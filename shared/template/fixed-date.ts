const fixedDateParts: Record<string, string> = {
  '%Y': '2024',
  '%y': '24',
  '%m': '07',
  '%d': '26',
  '%b': 'Jul',
  '%B': 'July',
  '%a': 'Fri',
  '%A': 'Friday',
  '%H': '00',
  '%M': '00',
  '%S': '00',
  '%%': '%',
};

/**
 * `strftime_now` of chat templates, always 26 July 2024 (the date Llama 3 templates fall back to):
 * with today's date a model would be asked with other tokens than it was trained on.
 */
export function formatFixedDate(format: string): string {
  return format.replace(/%[a-zA-Z%]/g, (part) => fixedDateParts[part] ?? part);
}

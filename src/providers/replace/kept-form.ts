/** One value of a set, decoded, and as the API wrote it. */
export interface FormedValue<Form> {
  readonly value: string;
  readonly form: Form;
}

/**
 * Wanted values in the API's own form. One that stands already stays exactly as it stands: another's record keeps the
 * strings it was cut into.
 */
export function inKeptForm<Form>(
  values: readonly string[],
  standing: readonly FormedValue<Form>[],
  encode: (value: string) => Form,
): readonly Form[] {
  return values.map((value) => {
    const kept = standing.find((one) => one.value === value);
    return kept === undefined ? encode(value) : kept.form;
  });
}

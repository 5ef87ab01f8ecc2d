// Functions that read required variables. They throw an error for a missing or invalid one.
export function environmentReader(environment) {
  const required = (name) => {
    if (!environment[name]) throw new Error(`${name} is missing`);
    return environment[name];
  };
  const number = (name) => {
    const value = Number(required(name));
    if (!Number.isInteger(value) || value < 0) throw new Error(`${name} is not a whole number`);
    return value;
  };
  return { required, number };
}

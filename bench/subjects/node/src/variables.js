// Reads variables that have to be there; one that is not is an error at the start.
export function reader(environment) {
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

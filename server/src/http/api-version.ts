/** Of the API and of the product; `package.json` and the change log say the same. */
export const API_VERSION = "0.1.0";

/** Entry point of the script inside report.html. */

export {};

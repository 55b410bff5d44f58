/** Longest side of a photo in pixels; enough to read a serial plate. */
export const MAX_SIDE = 1280;
/** Quality of the JPEG that is kept and sent. */
export const QUALITY = 0.7;

/**
 * Make a photo small enough to be kept on the phone and sent over a weak network.
 *
 * @param {File} file picture as the camera gives it
 * @returns {Promise<{name: string, data: string}>} file name and base64 text
 */
export async function shrinkPhoto(file) {
    const picture = await createImageBitmap(file);
    const scale = Math.min(1, MAX_SIDE / Math.max(picture.width, picture.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.max(1, Math.round(picture.width * scale));
    canvas.height = Math.max(1, Math.round(picture.height * scale));
    canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
    picture.close();
    const name = file.name.replace(/\.[^.]*$/, "").slice(0, 100) || "photo";
    const [, data] = canvas.toDataURL("image/jpeg", QUALITY).split(",");
    return { name: `${name}.jpg`, data };
}

package io.adit.ops.demo;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;

/**
 * Paints the demo's {@code mars.jpg}: a rust-coloured planet over a star field, drawn from seeded noise, so that the
 * project needs no picture of anybody else's and every run stores the same bytes' worth of work.
 */
public final class MarsPicture {
    private static final int LATTICE = 256;

    private final float[] lattice = new float[LATTICE * LATTICE];
    private final Random random;

    /** @param seed the same seed paints the same planet */
    public MarsPicture(long seed) {
        random = new Random(seed);
        for (int i = 0; i < lattice.length; i++) {
            lattice[i] = random.nextFloat();
        }
    }

    /**
     * Writes the picture as a JPEG.
     *
     * @param target the file to write; replaced when it exists
     * @param pixels width and height; 1920 gives 230 KiB, 24 about one
     */
    public void writeTo(Path target, int pixels) {
        var image = paint(pixels);
        var writer = ImageIO.getImageWritersByFormatName("jpeg").next();
        try (var output = ImageIO.createImageOutputStream(Files.newOutputStream(target))) {
            var quality = writer.getDefaultWriteParam();
            quality.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
            quality.setCompressionQuality(0.92f);
            writer.setOutput(output);
            writer.write(null, new IIOImage(image, null, null), quality);
        } catch (IOException e) {
            throw new UncheckedIOException("painting " + target, e);
        } finally {
            writer.dispose();
        }
    }

    private BufferedImage paint(int pixels) {
        var image = new BufferedImage(pixels, pixels, BufferedImage.TYPE_INT_RGB);
        double radius = 0.42 * pixels;
        double centre = pixels / 2.0;
        for (int y = 0; y < pixels; y++) {
            for (int x = 0; x < pixels; x++) {
                double dx = (x - centre) / radius;
                double dy = (y - centre) / radius;
                double distance = dx * dx + dy * dy;
                image.setRGB(x, y, distance < 1 ? ground(dx, dy, Math.sqrt(1 - distance)) : sky());
            }
        }
        return image;
    }

    private int sky() {
        if (random.nextInt(900) == 0) {
            int light = 120 + random.nextInt(136);
            return light << 16 | light << 8 | light;
        }
        return 0x050408;
    }

    private int ground(double x, double y, double z) {
        double longitude = Math.atan2(x, z) * 9 + 40;
        double latitude = Math.asin(Math.clamp(y, -1, 1)) * 9 + 40;
        double height = fractal(longitude, latitude);
        double dust = fractal(longitude * 2.3 + 91, latitude * 2.3 + 17);
        double light = Math.clamp(0.08 + 1.05 * (-0.55 * x - 0.35 * y + 0.76 * z), 0.04, 1.0);
        double ice = Math.abs(y) > 0.9 - 0.08 * dust ? 1 : 0;
        double red = mix(mix(150, 214, height), 240, ice);
        double green = mix(mix(66, 128, height * 0.7 + dust * 0.3), 236, ice);
        double blue = mix(mix(38, 82, dust), 232, ice);
        return channel(red * light) << 16 | channel(green * light) << 8 | channel(blue * light);
    }

    private double fractal(double x, double y) {
        double sum = 0;
        double weight = 0.5;
        for (int octave = 0; octave < 7; octave++) {
            sum += weight * noise(x, y);
            x = x * 2 + 13.7;
            y = y * 2 + 5.1;
            weight /= 2;
        }
        return sum;
    }

    private double noise(double x, double y) {
        int x0 = (int) Math.floor(x);
        int y0 = (int) Math.floor(y);
        double fx = smooth(x - x0);
        double fy = smooth(y - y0);
        return mix(mix(at(x0, y0), at(x0 + 1, y0), fx), mix(at(x0, y0 + 1), at(x0 + 1, y0 + 1), fx), fy);
    }

    private double at(int x, int y) {
        return lattice[Math.floorMod(y, LATTICE) * LATTICE + Math.floorMod(x, LATTICE)];
    }

    private static double smooth(double t) {
        return t * t * (3 - 2 * t);
    }

    private static double mix(double from, double to, double share) {
        return from + (to - from) * share;
    }

    private static int channel(double value) {
        return (int) Math.clamp(value, 0, 255);
    }
}

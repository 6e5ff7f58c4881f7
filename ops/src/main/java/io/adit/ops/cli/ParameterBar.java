package io.adit.ops.cli;

import io.adit.proofs.ParameterStore;
import java.time.Duration;
import java.util.Optional;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** Shows a person how far the making of proof parameters has come. */
final class ParameterBar implements ParameterStore.ProgressListener, AutoCloseable {
    private final ProgressBar bar;

    ParameterBar(String title) {
        bar = new ProgressBarBuilder()
                .setTaskName(title)
                .setInitialMax(1000)
                .setStyle(ProgressBarStyle.ASCII)
                .setUpdateIntervalMillis(500)
                .hideEta()
                .build();
    }

    @Override
    public void progress(String file, double percent, Optional<Duration> left) {
        bar.stepTo(Math.round(percent * 10));
        bar.setExtraMessage(left.map(time -> time.toSeconds() + " s left").orElse("estimating"));
    }

    @Override
    public void close() {
        bar.close();
    }
}

"use strict";
// What the page says, by language. A name that is not here is shown as it is.
const WORDS = {
  en: {
    pictures: "Pictures", fused: "Fused", visible: "Visible", ir: "Infrared", all: "All three", swipe: "Swipe",
    layout: "Layout", edge: "Edge between visible and fused", nothing: "No picture yet", recording: "Recording",
    record: "Record", stop: "Stop", marker: "Marker", snapshot: "Snapshot", save: "Save picture", mode: "Mode",
    model: "Model", palette: "Infrared palette", fusion: "Fusion", latency: "Latency", skew: "Skew",
    lost: "Not fused", engine: "Engine", disk: "Disk left", live: "live", gone: "The server does not answer",
    closed: "No session is open", markerSet: "The marker is set", kept: "Kept as {0}", working: "Working…",
    denied: "The token is missing or wrong; open the address with the token again",
    "mode network": "Network", "mode edges": "Visible with thermal edges", "mode hot": "Hot areas on visible",
    "mode blend": "Blend", "mode pyramid": "Pyramid", "mode ir": "Infrared alone", "mode vis": "Visible alone",
    "palette white hot": "White hot", "palette black hot": "Black hot", "palette ironbow": "Ironbow",
    "palette rainbow": "Rainbow", "palette lava": "Lava", "palette arctic": "Arctic", "model auto": "Automatic",
    "phase opening": "opening", "phase ok": "live", "phase stalled": "stalled", "phase reconnecting": "reconnecting",
    "phase ended": "ended", "phase failed": "failed", "phase closed": "closed", file: "file",
  },
  zh: {
    pictures: "画面", fused: "融合", visible: "可见光", ir: "红外", all: "三个画面", swipe: "滑动对比",
    layout: "布局", edge: "可见光与融合画面的分界", nothing: "暂无画面", recording: "录制",
    record: "录制", stop: "停止", marker: "标记", snapshot: "快照", save: "保存图片", mode: "模式",
    model: "模型", palette: "红外调色板", fusion: "融合", latency: "延迟", skew: "时间差",
    lost: "未融合", engine: "引擎", disk: "磁盘剩余", live: "实时", gone: "服务器没有响应",
    closed: "没有打开的会话", markerSet: "已设置标记", kept: "已保存为 {0}", working: "正在处理…",
    denied: "缺少令牌或令牌不正确；请重新打开带令牌的地址",
    "mode network": "网络", "mode edges": "可见光加热边缘", "mode hot": "可见光加高温区域",
    "mode blend": "混合", "mode pyramid": "金字塔", "mode ir": "仅红外", "mode vis": "仅可见光",
    "palette white hot": "白热", "palette black hot": "黑热", "palette ironbow": "铁红",
    "palette rainbow": "彩虹", "palette lava": "熔岩", "palette arctic": "极地", "model auto": "自动",
    "phase opening": "正在打开", "phase ok": "实时", "phase stalled": "停滞", "phase reconnecting": "正在重连",
    "phase ended": "已结束", "phase failed": "失败", "phase closed": "已关闭", file: "文件",
  },
};

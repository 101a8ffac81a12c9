<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="zh_CN" sourcelanguage="en">
  <context>
    <name>AboutDialog</name>
    <message>
      <source>About CS2Fusion Live</source>
      <translation>关于 CS2Fusion Live</translation>
    </message>
    <message>
      <source>Infrared and visible video become one picture, frame by frame.</source>
      <translation>红外与可见光视频逐帧融合为一幅画面。</translation>
    </message>
    <message>
      <source>The network is CS2Fusion by Wang et al., Information Fusion 102 (2024). This program is free software under the GNU General Public License, version 3 or later.</source>
      <translation>网络为 Wang 等人的 CS2Fusion（Information Fusion 102, 2024）。本程序是自由软件，采用 GNU 通用公共许可证第 3 版或更高版本。</translation>
    </message>
  </context>
  <context>
    <name>Actions</name>
    <message>
      <source>&amp;Network</source>
      <translation>网络(&amp;N)</translation>
    </message>
    <message>
      <source>Visible with thermal &amp;edges</source>
      <translation>可见光叠加热边缘(&amp;E)</translation>
    </message>
    <message>
      <source>&amp;Hot areas on visible</source>
      <translation>可见光叠加高温区(&amp;H)</translation>
    </message>
    <message>
      <source>&amp;Blend</source>
      <translation>加权混合(&amp;B)</translation>
    </message>
    <message>
      <source>&amp;Pyramid</source>
      <translation>金字塔融合(&amp;P)</translation>
    </message>
    <message>
      <source>&amp;Infrared alone</source>
      <translation>仅红外(&amp;I)</translation>
    </message>
    <message>
      <source>&amp;Visible alone</source>
      <translation>仅可见光(&amp;V)</translation>
    </message>
    <message>
      <source>¼×</source>
      <translation>¼×</translation>
    </message>
    <message>
      <source>½×</source>
      <translation>½×</translation>
    </message>
    <message>
      <source>1×</source>
      <translation>1×</translation>
    </message>
    <message>
      <source>2×</source>
      <translation>2×</translation>
    </message>
    <message>
      <source>4×</source>
      <translation>4×</translation>
    </message>
    <message>
      <source>&amp;Open pair…</source>
      <translation>打开一对视频(&amp;O)…</translation>
    </message>
    <message>
      <source>&amp;Connect cameras…</source>
      <translation>连接相机(&amp;C)…</translation>
    </message>
    <message>
      <source>Try the &amp;demo pair</source>
      <translation>试用演示视频(&amp;D)</translation>
    </message>
    <message>
      <source>Open &amp;rig or recording…</source>
      <translation>打开配置或录像(&amp;R)…</translation>
    </message>
    <message>
      <source>Save ri&amp;g…</source>
      <translation>保存配置(&amp;G)…</translation>
    </message>
    <message>
      <source>C&amp;lose pair</source>
      <translation>关闭(&amp;L)</translation>
    </message>
    <message>
      <source>&amp;Export fused video…</source>
      <translation>导出融合视频(&amp;E)…</translation>
    </message>
    <message>
      <source>S&amp;hare…</source>
      <translation>共享(&amp;H)…</translation>
    </message>
    <message>
      <source>&amp;Show recordings</source>
      <translation>打开录像文件夹(&amp;S)</translation>
    </message>
    <message>
      <source>Se&amp;ttings…</source>
      <translation>设置(&amp;T)…</translation>
    </message>
    <message>
      <source>E&amp;xit</source>
      <translation>退出(&amp;X)</translation>
    </message>
    <message>
      <source>&amp;Undo alignment</source>
      <translation>撤销配准(&amp;U)</translation>
    </message>
    <message>
      <source>&amp;Redo alignment</source>
      <translation>重做配准(&amp;R)</translation>
    </message>
    <message>
      <source>Re&amp;set alignment</source>
      <translation>重置配准(&amp;S)</translation>
    </message>
    <message>
      <source>&amp;Open profile…</source>
      <translation>打开配准参数(&amp;O)…</translation>
    </message>
    <message>
      <source>Sa&amp;ve profile…</source>
      <translation>保存配准参数(&amp;V)…</translation>
    </message>
    <message>
      <source>&amp;Edges of infrared on visible</source>
      <translation>在可见光上显示红外边缘(&amp;E)</translation>
    </message>
    <message>
      <source>Move infrared with the &amp;mouse</source>
      <translation>用鼠标移动红外(&amp;M)</translation>
    </message>
    <message>
      <source>&amp;Pick points</source>
      <translation>选取对应点(&amp;P)</translation>
    </message>
    <message>
      <source>&amp;Arrow keys move infrared</source>
      <translation>用方向键移动红外(&amp;A)</translation>
    </message>
    <message>
      <source>Infrared to the &amp;left</source>
      <translation>红外左移(&amp;L)</translation>
    </message>
    <message>
      <source>Infrared to the &amp;right</source>
      <translation>红外右移(&amp;R)</translation>
    </message>
    <message>
      <source>Infrared &amp;up</source>
      <translation>红外上移(&amp;U)</translation>
    </message>
    <message>
      <source>Infrared &amp;down</source>
      <translation>红外下移(&amp;D)</translation>
    </message>
    <message>
      <source>Infrared far to the left</source>
      <translation>红外大步左移</translation>
    </message>
    <message>
      <source>Infrared far to the right</source>
      <translation>红外大步右移</translation>
    </message>
    <message>
      <source>Infrared far up</source>
      <translation>红外大步上移</translation>
    </message>
    <message>
      <source>Infrared far down</source>
      <translation>红外大步下移</translation>
    </message>
    <message>
      <source>Infrared lar&amp;ger</source>
      <translation>放大红外(&amp;G)</translation>
    </message>
    <message>
      <source>Infrared s&amp;maller</source>
      <translation>缩小红外(&amp;M)</translation>
    </message>
    <message>
      <source>Turn infrared to the left</source>
      <translation>红外逆时针旋转</translation>
    </message>
    <message>
      <source>Turn infrared to the right</source>
      <translation>红外顺时针旋转</translation>
    </message>
    <message>
      <source>&amp;Copy frame</source>
      <translation>复制当前帧(&amp;C)</translation>
    </message>
    <message>
      <source>Copy &amp;infrared</source>
      <translation>复制红外(&amp;I)</translation>
    </message>
    <message>
      <source>Copy &amp;visible</source>
      <translation>复制可见光(&amp;V)</translation>
    </message>
    <message>
      <source>&amp;Fused</source>
      <translation>融合图(&amp;F)</translation>
    </message>
    <message>
      <source>&amp;Infrared</source>
      <translation>红外(&amp;I)</translation>
    </message>
    <message>
      <source>&amp;Visible</source>
      <translation>可见光(&amp;V)</translation>
    </message>
    <message>
      <source>&amp;Sources side by side</source>
      <translation>源画面并排(&amp;S)</translation>
    </message>
    <message>
      <source>Fused &amp;big, sources small</source>
      <translation>融合大图，源画面小图(&amp;B)</translation>
    </message>
    <message>
      <source>&amp;Three up</source>
      <translation>三画面(&amp;T)</translation>
    </message>
    <message>
      <source>&amp;Picture in picture</source>
      <translation>画中画(&amp;P)</translation>
    </message>
    <message>
      <source>S&amp;wipe visible to fused</source>
      <translation>可见光/融合卷帘对比(&amp;W)</translation>
    </message>
    <message>
      <source>W&amp;all of models</source>
      <translation>模型墙(&amp;A)</translation>
    </message>
    <message>
      <source>S&amp;tatistics</source>
      <translation>统计信息(&amp;T)</translation>
    </message>
    <message>
      <source>Zoom &amp;in</source>
      <translation>放大(&amp;I)</translation>
    </message>
    <message>
      <source>Zoom &amp;out</source>
      <translation>缩小(&amp;O)</translation>
    </message>
    <message>
      <source>Zoom to &amp;100 %</source>
      <translation>缩放至 100 %(&amp;1)</translation>
    </message>
    <message>
      <source>Zoom to &amp;fit</source>
      <translation>适应窗口(&amp;F)</translation>
    </message>
    <message>
      <source>F&amp;ull screen</source>
      <translation>全屏(&amp;U)</translation>
    </message>
    <message>
      <source>S&amp;pots and scale</source>
      <translation>测点与色标(&amp;P)</translation>
    </message>
    <message>
      <source>W&amp;hat infrared adds</source>
      <translation>红外补充的内容(&amp;H)</translation>
    </message>
    <message>
      <source>A&amp;dd a spot in the middle</source>
      <translation>在中央添加测点(&amp;D)</translation>
    </message>
    <message>
      <source>Remo&amp;ve all spots</source>
      <translation>删除全部测点(&amp;V)</translation>
    </message>
    <message>
      <source>&amp;Next palette</source>
      <translation>下一调色板(&amp;N)</translation>
    </message>
    <message>
      <source>&amp;Previous palette</source>
      <translation>上一调色板(&amp;P)</translation>
    </message>
    <message>
      <source>&amp;Sources</source>
      <translation>视频源(&amp;S)</translation>
    </message>
    <message>
      <source>&amp;Thermal</source>
      <translation>热像(&amp;T)</translation>
    </message>
    <message>
      <source>&amp;Record</source>
      <translation>录制(&amp;R)</translation>
    </message>
    <message>
      <source>&amp;Alignment</source>
      <translation>配准(&amp;A)</translation>
    </message>
    <message>
      <source>&amp;Measure</source>
      <translation>测量(&amp;M)</translation>
    </message>
    <message>
      <source>&amp;Fusion</source>
      <translation>融合(&amp;F)</translation>
    </message>
    <message>
      <source>&amp;Performance</source>
      <translation>性能(&amp;P)</translation>
    </message>
    <message>
      <source>&amp;Queue</source>
      <translation>队列(&amp;Q)</translation>
    </message>
    <message>
      <source>&amp;Log</source>
      <translation>日志(&amp;L)</translation>
    </message>
    <message>
      <source>&amp;Reset docks</source>
      <translation>恢复默认面板(&amp;R)</translation>
    </message>
    <message>
      <source>Ne&amp;xt mode</source>
      <translation>下一模式(&amp;X)</translation>
    </message>
    <message>
      <source>Previous m&amp;ode</source>
      <translation>上一模式(&amp;O)</translation>
    </message>
    <message>
      <source>As the &amp;system</source>
      <translation>跟随系统(&amp;S)</translation>
    </message>
    <message>
      <source>&amp;Dark</source>
      <translation>深色(&amp;D)</translation>
    </message>
    <message>
      <source>&amp;Light</source>
      <translation>浅色(&amp;L)</translation>
    </message>
    <message>
      <source>As the s&amp;ystem</source>
      <translation>跟随系统(&amp;Y)</translation>
    </message>
    <message>
      <source>&amp;English</source>
      <translation>English(&amp;E)</translation>
    </message>
    <message>
      <source>简体中文</source>
      <translation>简体中文</translation>
    </message>
    <message>
      <source>&amp;Play</source>
      <translation>播放(&amp;P)</translation>
    </message>
    <message>
      <source>Step &amp;forward</source>
      <translation>前进一帧(&amp;F)</translation>
    </message>
    <message>
      <source>Step &amp;back</source>
      <translation>后退一帧(&amp;B)</translation>
    </message>
    <message>
      <source>&amp;5 s forward</source>
      <translation>前进 5 秒(&amp;5)</translation>
    </message>
    <message>
      <source>5 s b&amp;ack</source>
      <translation>后退 5 秒(&amp;A)</translation>
    </message>
    <message>
      <source>&amp;1 s forward</source>
      <translation>前进 1 秒(&amp;1)</translation>
    </message>
    <message>
      <source>1 s ba&amp;ck</source>
      <translation>后退 1 秒(&amp;C)</translation>
    </message>
    <message>
      <source>To the &amp;start</source>
      <translation>跳到开头(&amp;S)</translation>
    </message>
    <message>
      <source>To the &amp;end</source>
      <translation>跳到结尾(&amp;E)</translation>
    </message>
    <message>
      <source>&amp;Loop</source>
      <translation>循环播放(&amp;L)</translation>
    </message>
    <message>
      <source>Part begins &amp;here</source>
      <translation>片段从此处开始(&amp;H)</translation>
    </message>
    <message>
      <source>Part ends he&amp;re</source>
      <translation>片段到此处结束(&amp;R)</translation>
    </message>
    <message>
      <source>&amp;Whole file</source>
      <translation>整个文件(&amp;W)</translation>
    </message>
    <message>
      <source>Slo&amp;wer</source>
      <translation>减速(&amp;W)</translation>
    </message>
    <message>
      <source>Fas&amp;ter</source>
      <translation>加速(&amp;T)</translation>
    </message>
    <message>
      <source>&amp;Lock infrared gain</source>
      <translation>锁定红外增益(&amp;L)</translation>
    </message>
    <message>
      <source>&amp;Reconnect</source>
      <translation>重新连接(&amp;R)</translation>
    </message>
    <message>
      <source>&amp;Swap infrared and visible</source>
      <translation>互换红外与可见光(&amp;S)</translation>
    </message>
    <message>
      <source>&amp;Forget settings of this pair</source>
      <translation>清除这对视频的设置(&amp;F)</translation>
    </message>
    <message>
      <source>&amp;Pause recording</source>
      <translation>暂停录制(&amp;P)</translation>
    </message>
    <message>
      <source>Set &amp;marker</source>
      <translation>添加标记(&amp;M)</translation>
    </message>
    <message>
      <source>Begin a &amp;new file</source>
      <translation>开始新文件(&amp;N)</translation>
    </message>
    <message>
      <source>&amp;Snapshot</source>
      <translation>快照(&amp;S)</translation>
    </message>
    <message>
      <source>&amp;Benchmark…</source>
      <translation>性能测试(&amp;B)…</translation>
    </message>
    <message>
      <source>&amp;Shortcuts</source>
      <translation>快捷键(&amp;S)</translation>
    </message>
    <message>
      <source>What the &amp;tags say…</source>
      <translation>标签说明(&amp;T)…</translation>
    </message>
    <message>
      <source>&amp;Copy diagnostics</source>
      <translation>复制诊断信息(&amp;C)</translation>
    </message>
    <message>
      <source>&amp;About CS2Fusion Live</source>
      <translation>关于 CS2Fusion Live(&amp;A)</translation>
    </message>
    <message>
      <source>&amp;Pause</source>
      <translation>暂停(&amp;P)</translation>
    </message>
    <message>
      <source>&amp;Freeze</source>
      <translation>定格(&amp;F)</translation>
    </message>
    <message>
      <source>&amp;Go live</source>
      <translation>回到实时(&amp;G)</translation>
    </message>
    <message>
      <source>&amp;White hot</source>
      <translation>白热(&amp;W)</translation>
    </message>
    <message>
      <source>&amp;Black hot</source>
      <translation>黑热(&amp;B)</translation>
    </message>
    <message>
      <source>&amp;Ironbow</source>
      <translation>铁红(&amp;I)</translation>
    </message>
    <message>
      <source>&amp;Rainbow</source>
      <translation>彩虹(&amp;R)</translation>
    </message>
    <message>
      <source>&amp;Lava</source>
      <translation>熔岩(&amp;L)</translation>
    </message>
    <message>
      <source>&amp;Arctic</source>
      <translation>极地(&amp;A)</translation>
    </message>
  </context>
  <context>
    <name>Alarm</name>
    <message>
      <source>{0} counts</source>
      <translation>{0} 计数</translation>
    </message>
    <message>
      <source>grey {0}</source>
      <translation>灰度 {0}</translation>
    </message>
    <message>
      <source>Infrared is lost, so nothing is watched.</source>
      <translation>红外信号丢失，报警监测已中断。</translation>
    </message>
    <message>
      <source>This camera does not measure in that unit; choose another one.</source>
      <translation>此相机不支持该单位，请另选一个。</translation>
    </message>
    <message>
      <source>ALARM {0}, above {1}</source>
      <translation>报警 {0}，高于 {1}</translation>
    </message>
    <message>
      <source>ALARM {0}, below {1}</source>
      <translation>报警 {0}，低于 {1}</translation>
    </message>
  </context>
  <context>
    <name>Aligning</name>
    <message>
      <source>stretched</source>
      <translation>拉伸</translation>
    </message>
    <message>
      <source>Infrared lies about {0:.0f} px off: the alignment does not fit any more.</source>
      <translation>红外约偏移 {0:.0f} 像素：当前配准已不合适。</translation>
    </message>
    <message>
      <source>Find again</source>
      <translation>重新查找</translation>
    </message>
  </context>
  <context>
    <name>AlignmentController</name>
    <message>
      <source>Open alignment profile</source>
      <translation>打开配准参数</translation>
    </message>
    <message>
      <source>Save alignment profile</source>
      <translation>保存配准参数</translation>
    </message>
    <message>
      <source>Alignment profiles (*.yaml *.yml)</source>
      <translation>配准参数 (*.yaml *.yml)</translation>
    </message>
  </context>
  <context>
    <name>AlignmentDock</name>
    <message>
      <source>To the right</source>
      <translation>右移</translation>
    </message>
    <message>
      <source>Downwards</source>
      <translation>下移</translation>
    </message>
    <message>
      <source>Width</source>
      <translation>宽度</translation>
    </message>
    <message>
      <source>Height</source>
      <translation>高度</translation>
    </message>
    <message>
      <source>Turn</source>
      <translation>旋转</translation>
    </message>
    <message>
      <source>Let both cameras see things with outlines, at the distance that matters, in different scenes.</source>
      <translation>让两台相机在关注的距离上拍摄轮廓清晰的物体，并变换场景。</translation>
    </message>
    <message>
      <source>clearly better than anywhere else</source>
      <translation>明显优于其他位置</translation>
    </message>
    <message>
      <source>better than anywhere else, but not by much: check it with E</source>
      <translation>优于其他位置，但差距不大：按 E 检查</translation>
    </message>
    <message>
      <source>✓  Found from {0} different pictures, {1}</source>
      <translation>✓  由 {0} 幅不同画面求得，{1}</translation>
    </message>
    <message>
      <source>✓  Found from one picture, {0}</source>
      <translation>✓  由一幅画面求得，{0}</translation>
    </message>
    <message>
      <source>Half of them alone say the same within {0:.0f} px</source>
      <translation>仅用其中一半，结果相差不超过 {0:.0f} 像素</translation>
    </message>
    <message>
      <source>Different scenes would make it surer: let the cameras look around</source>
      <translation>换几个场景会更可靠：请转动相机</translation>
    </message>
    <message>
      <source>Or drag it with the mouse (H), or pick points that both pictures show (P).</source>
      <translation>也可以用鼠标拖动 (H)，或选取两幅画面中共有的点 (P)。</translation>
    </message>
    <message>
      <source>▲  Not found: {0}. {1}</source>
      <translation>▲  未找到：{0}。{1}</translation>
    </message>
    <message>
      <source>None: infrared is stretched to the visible picture.</source>
      <translation>无：红外拉伸至可见光画面大小。</translation>
    </message>
    <message>
      <source>unknown origin</source>
      <translation>来源未知</translation>
    </message>
    <message>
      <source>Width and height &amp;together</source>
      <translation>锁定宽高比(&amp;T)</translation>
    </message>
    <message>
      <source>True proportions</source>
      <translation>还原比例</translation>
    </message>
    <message>
      <source>Undo what stretches infrared</source>
      <translation>撤销对红外的拉伸</translation>
    </message>
    <message>
      <source>Find automatically</source>
      <translation>自动配准</translation>
    </message>
    <message>
      <source>From what both cameras see</source>
      <translation>根据两台相机的共同视场</translation>
    </message>
    <message>
      <source>Pairs seen so far: {0}</source>
      <translation>已采集帧对：{0}</translation>
    </message>
    <message>
      <source>Looking for edges that both cameras see</source>
      <translation>正在寻找两台相机共有的边缘</translation>
    </message>
    <message>
      <source>Automatic</source>
      <translation>自动</translation>
    </message>
    <message>
      <source>By hand</source>
      <translation>手动</translation>
    </message>
    <message>
      <source>To judge by</source>
      <translation>效果检查</translation>
    </message>
    <message>
      <source>Profile</source>
      <translation>配准参数</translation>
    </message>
  </context>
  <context>
    <name>AlignmentHand</name>
    <message>
      <source>Drag: move · wheel: scale · Shift: turn · Esc: end</source>
      <translation>拖动：移动 · 滚轮：缩放 · Shift：旋转 · Esc：结束</translation>
    </message>
  </context>
  <context>
    <name>AsLastTime</name>
    <message>
      <source>alignment</source>
      <translation>配准</translation>
    </message>
    <message>
      <source>offset {0:+.0f} ms</source>
      <translation>时间偏移 {0:+.0f} ms</translation>
    </message>
    <message>
      <source>infrared turned</source>
      <translation>红外已旋转</translation>
    </message>
    <message>
      <source>visible turned</source>
      <translation>可见光已旋转</translation>
    </message>
    <message>
      <source>{0:g} images per second</source>
      <translation>每秒 {0:g} 幅图像</translation>
    </message>
    <message>
      <source>thermal settings</source>
      <translation>热像设置</translation>
    </message>
    <message>
      <source>{0:d} spots</source>
      <translation>{0:d} 个测温点</translation>
    </message>
    <message>
      <source>{0}</source>
      <translation>{0}</translation>
    </message>
    <message>
      <source>what infrared adds is shown</source>
      <translation>显示红外补充的内容</translation>
    </message>
    <message>
      <source>model {0}</source>
      <translation>模型 {0}</translation>
    </message>
    <message>
      <source>As last time: {0}.</source>
      <translation>沿用上次设置：{0}。</translation>
    </message>
  </context>
  <context>
    <name>Banner</name>
    <message>
      <source>Dismiss</source>
      <translation>关闭提示</translation>
    </message>
  </context>
  <context>
    <name>BannerController</name>
    <message>
      <source>Open folder</source>
      <translation>打开文件夹</translation>
    </message>
    <message>
      <source>Details…</source>
      <translation>详细信息…</translation>
    </message>
    <message>
      <source>Forget</source>
      <translation>清除</translation>
    </message>
    <message>
      <source>Saved: {0}</source>
      <translation>已保存：{0}</translation>
    </message>
    <message>
      <source>Show folder</source>
      <translation>显示文件夹</translation>
    </message>
    <message>
      <source>Open rig…</source>
      <translation>打开配置…</translation>
    </message>
    <message>
      <source>A password or a key is in the file.</source>
      <translation>文件中含有密码或密钥。</translation>
    </message>
    <message>
      <source>The stream has ended.</source>
      <translation>视频流已结束。</translation>
    </message>
    <message>
      <source>Reconnect</source>
      <translation>重新连接</translation>
    </message>
    <message>
      <source>Try again</source>
      <translation>重试</translation>
    </message>
    <message>
      <source>Open pair…</source>
      <translation>打开一对视频…</translation>
    </message>
    <message>
      <source>Fuse without a network</source>
      <translation>不用网络融合</translation>
    </message>
    <message>
      <source>Use CPU</source>
      <translation>使用 CPU</translation>
    </message>
    <message>
      <source>Set the rate…</source>
      <translation>设置帧率…</translation>
    </message>
    <message>
      <source>Swap</source>
      <translation>互换</translation>
    </message>
    <message>
      <source>Open as it is</source>
      <translation>原样打开</translation>
    </message>
  </context>
  <context>
    <name>BenchmarkDialog</name>
    <message>
      <source>Benchmark</source>
      <translation>性能测试</translation>
    </message>
    <message>
      <source>Measures every model of this machine, takes a minute or two, and opens a window for some seconds. Close other programs first: what else runs makes the figures worse.</source>
      <translation>测量本机上的每个模型，需要一两分钟，期间会打开一个窗口数秒。请先关闭其他程序：同时运行的程序会使结果变差。</translation>
    </message>
    <message>
      <source>Report</source>
      <translation>报告</translation>
    </message>
    <message>
      <source>&amp;Measure</source>
      <translation>测量(&amp;M)</translation>
    </message>
    <message>
      <source>&amp;Copy</source>
      <translation>复制(&amp;C)</translation>
    </message>
    <message>
      <source>Starting</source>
      <translation>正在启动</translation>
    </message>
    <message>
      <source>Measuring: {0}</source>
      <translation>正在测量：{0}</translation>
    </message>
    <message>
      <source>Done</source>
      <translation>进度</translation>
    </message>
    <message>
      <source>It could not be measured: {0}</source>
      <translation>无法测量：{0}</translation>
    </message>
  </context>
  <context>
    <name>CameraChoice</name>
    <message>
      <source>Size</source>
      <translation>尺寸</translation>
    </message>
    <message>
      <source>Rate</source>
      <translation>帧率</translation>
    </message>
    <message>
      <source>Format</source>
      <translation>格式</translation>
    </message>
    <message>
      <source>any</source>
      <translation>任意</translation>
    </message>
    <message>
      <source>Test picture</source>
      <translation>测试画面</translation>
    </message>
  </context>
  <context>
    <name>ClosingController</name>
    <message>
      <source>Recording</source>
      <translation>录像</translation>
    </message>
    <message>
      <source>A recording is running. Finish it and close?</source>
      <translation>正在录制。结束录制并关闭？</translation>
    </message>
    <message>
      <source>Finish and close</source>
      <translation>结束并关闭</translation>
    </message>
    <message>
      <source>Go on recording</source>
      <translation>继续录制</translation>
    </message>
  </context>
  <context>
    <name>ConnectDialog</name>
    <message>
      <source>Connect cameras</source>
      <translation>连接相机</translation>
    </message>
    <message>
      <source>Choose a camera by its name, or type an address: rtsp://192.168.1.20/stream; http, udp, tcp, srt and rtmp are understood, too. One stream that holds both pictures is split:left:ADDRESS and split:right:ADDRESS.</source>
      <translation>按名称选择相机，或输入地址，如 rtsp://192.168.1.20/stream；也支持 http、udp、tcp、srt 和 rtmp。若一路视频流同时含两幅画面，请用 split:left:地址 和 split:right:地址。</translation>
    </message>
    <message>
      <source>&amp;Infrared</source>
      <translation>红外(&amp;I)</translation>
    </message>
    <message>
      <source>Infrared</source>
      <translation>红外</translation>
    </message>
    <message>
      <source>&amp;Visible</source>
      <translation>可见光(&amp;V)</translation>
    </message>
    <message>
      <source>Visible</source>
      <translation>可见光</translation>
    </message>
    <message>
      <source>&amp;Rescan</source>
      <translation>重新搜索(&amp;R)</translation>
    </message>
    <message>
      <source>Looking for cameras</source>
      <translation>正在搜索相机</translation>
    </message>
    <message>
      <source>▲  No camera was found. Connect one and rescan, or type an address.</source>
      <translation>▲  未找到相机。请接上相机后重新搜索，或输入地址。</translation>
    </message>
    <message>
      <source>One camera was found.</source>
      <translation>找到 1 台相机。</translation>
    </message>
    <message>
      <source>{0} cameras were found.</source>
      <translation>找到 {0} 台相机。</translation>
    </message>
    <message>
      <source>name of a camera, or an address</source>
      <translation>相机名称或地址</translation>
    </message>
    <message>
      <source>File…</source>
      <translation>文件…</translation>
    </message>
    <message>
      <source>Choose a video</source>
      <translation>选择视频</translation>
    </message>
  </context>
  <context>
    <name>DevicesPage</name>
    <message>
      <source>Devices</source>
      <translation>计算设备</translation>
    </message>
    <message>
      <source>Automatic</source>
      <translation>自动</translation>
    </message>
    <message>
      <source>Processor</source>
      <translation>处理器 (CPU)</translation>
    </message>
    <message>
      <source>NVIDIA GPU</source>
      <translation>NVIDIA GPU</translation>
    </message>
    <message>
      <source>Network is computed by</source>
      <translation>网络运行于</translation>
    </message>
    <message>
      <source>Precision</source>
      <translation>计算精度</translation>
    </message>
    <message>
      <source>Threads of the processor</source>
      <translation>CPU 线程数</translation>
    </message>
    <message>
      <source>automatic</source>
      <translation>自动选择</translation>
    </message>
    <message>
      <source>&amp;Network is computed by</source>
      <translation>网络运行于(&amp;N)</translation>
    </message>
    <message>
      <source>&amp;Precision</source>
      <translation>计算精度(&amp;P)</translation>
    </message>
    <message>
      <source>&amp;Threads of the processor</source>
      <translation>CPU 线程数(&amp;T)</translation>
    </message>
    <message>
      <source>A rig, what is remembered of a pair, and the command line override these settings.</source>
      <translation>配置文件、已记住的视频设置和命令行优先于此处。</translation>
    </message>
  </context>
  <context>
    <name>Diagnostics</name>
    <message>
      <source>Looking at the machine; this takes some seconds</source>
      <translation>正在检查本机，需要几秒钟</translation>
    </message>
    <message>
      <source>The diagnostics are on the clipboard</source>
      <translation>诊断信息已复制到剪贴板</translation>
    </message>
  </context>
  <context>
    <name>Difference</name>
    <message>
      <source>+{0} added</source>
      <translation>+{0} 更亮</translation>
    </message>
    <message>
      <source>−{0} taken</source>
      <translation>−{0} 更暗</translation>
    </message>
    <message>
      <source>{0:.0f} % changed</source>
      <translation>{0:.0f} % 有变化</translation>
    </message>
    <message>
      <source>infrared {0:+d}</source>
      <translation>红外 {0:+d}</translation>
    </message>
    <message>
      <source>infrared adds on {0:.0f} % of the picture</source>
      <translation>红外在画面的 {0:.0f} % 上有补充</translation>
    </message>
  </context>
  <context>
    <name>DistanceBox</name>
    <message>
      <source>Distance</source>
      <translation>距离</translation>
    </message>
    <message>
      <source>Distance of what infrared fits</source>
      <translation>红外配准处的距离</translation>
    </message>
    <message>
      <source>Infrared lens to the right</source>
      <translation>红外镜头偏右</translation>
    </message>
    <message>
      <source>and lower</source>
      <translation>偏下</translation>
    </message>
    <message>
      <source>Angle of view of visible</source>
      <translation>可见光视场角</translation>
    </message>
    <message>
      <source>Say first how far the two lenses are apart, seen from behind the cameras.</source>
      <translation>请先填写两个镜头的间距（从相机后方看）。</translation>
    </message>
    <message>
      <source>Set the distance at which infrared fits now; from then on it follows.</source>
      <translation>设定红外当前配准处的距离，之后将随距离调整。</translation>
    </message>
    <message>
      <source>Fits at {0:.2g} m</source>
      <translation>在 {0:.2g} m 处配准</translation>
    </message>
  </context>
  <context>
    <name>EmptyCard</name>
    <message>
      <source>Drop an infrared and a visible video here, or</source>
      <translation>将红外与可见光视频拖放到此处，或</translation>
    </message>
    <message>
      <source>Open again: {0}</source>
      <translation>重新打开：{0}</translation>
    </message>
  </context>
  <context>
    <name>ExportDialog</name>
    <message>
      <source>Beginning</source>
      <translation>开头</translation>
    </message>
    <message>
      <source>Frame in view</source>
      <translation>当前帧</translation>
    </message>
    <message>
      <source>End</source>
      <translation>结尾</translation>
    </message>
    <message>
      <source>As on the screen: {0}</source>
      <translation>与屏幕一致：{0}</translation>
    </message>
    <message>
      <source>Export fused video</source>
      <translation>导出融合视频</translation>
    </message>
    <message>
      <source>Starting</source>
      <translation>正在启动</translation>
    </message>
    <message>
      <source>Stopping after the frames in work</source>
      <translation>处理完当前帧后停止</translation>
    </message>
    <message>
      <source>Measuring how long it takes</source>
      <translation>正在估算耗时</translation>
    </message>
    <message>
      <source>How long it takes could not be measured{0}</source>
      <translation>无法估算耗时{0}</translation>
    </message>
    <message>
      <source>Too short to be measured</source>
      <translation>太短，无法测量</translation>
    </message>
    <message>
      <source>About {0:.1f} frames a second; nothing tells how many there are</source>
      <translation>约每秒 {0:.1f} 帧；总帧数未知</translation>
    </message>
    <message>
      <source>About {0} and {1}</source>
      <translation>约需 {0}，占用 {1}</translation>
    </message>
    <message>
      <source>The disk has {0} left: choose another one.</source>
      <translation>磁盘仅剩 {0}：请换一个位置。</translation>
    </message>
    <message>
      <source>What was exported is deleted.</source>
      <translation>已删除导出的部分。</translation>
    </message>
    <message>
      <source>Export to</source>
      <translation>导出到</translation>
    </message>
    <message>
      <source>Video (*.mkv *.mp4)</source>
      <translation>视频 (*.mkv *.mp4)</translation>
    </message>
    <message>
      <source>{0} exists already.</source>
      <translation>{0} 已存在。</translation>
    </message>
    <message>
      <source>Output file</source>
      <translation>输出文件</translation>
    </message>
    <message>
      <source>Choose…</source>
      <translation>选择…</translation>
    </message>
    <message>
      <source>Model</source>
      <translation>模型</translation>
    </message>
    <message>
      <source>&amp;Replace the file that exists</source>
      <translation>覆盖已有文件(&amp;R)</translation>
    </message>
    <message>
      <source>Progress</source>
      <translation>进度</translation>
    </message>
    <message>
      <source>&amp;Export</source>
      <translation>导出(&amp;E)</translation>
    </message>
    <message>
      <source>&amp;Pause</source>
      <translation>暂停(&amp;P)</translation>
    </message>
    <message>
      <source>&amp;Delete what was exported</source>
      <translation>删除已导出的部分(&amp;D)</translation>
    </message>
    <message>
      <source>Cancel</source>
      <translation>取消</translation>
    </message>
    <message>
      <source>Go o&amp;n</source>
      <translation>继续(&amp;N)</translation>
    </message>
    <message>
      <source>Close</source>
      <translation>关闭</translation>
    </message>
    <message>
      <source>&amp;Try again</source>
      <translation>重试(&amp;T)</translation>
    </message>
    <message>
      <source>File</source>
      <translation>文件</translation>
    </message>
    <message>
      <source>Range</source>
      <translation>范围</translation>
    </message>
    <message>
      <source>Every frame of the range is fused, aligned as on the screen, at the time stamps of the visible video; nothing is skipped.</source>
      <translation>按屏幕上的配准逐帧融合所选范围，时间戳取自可见光视频，不跳帧。</translation>
    </message>
    <message>
      <source>{0:.0f} h</source>
      <translation>{0:.0f} 小时</translation>
    </message>
    <message>
      <source>{0:.0f} min</source>
      <translation>{0:.0f} 分钟</translation>
    </message>
    <message>
      <source>{0:.0f} s</source>
      <translation>{0:.0f} 秒</translation>
    </message>
    <message>
      <source>{0} frames, {1:.1f} fps</source>
      <translation>{0} 帧，{1:.1f} fps</translation>
    </message>
    <message>
      <source>{0} of {1} frames</source>
      <translation>第 {0} / {1} 帧</translation>
    </message>
    <message>
      <source>{0} of {1} frames, {2:.1f} fps, {3} left</source>
      <translation>第 {0} / {1} 帧，{2:.1f} fps，剩余 {3}</translation>
    </message>
    <message>
      <source>Paused</source>
      <translation>已暂停</translation>
    </message>
    <message>
      <source>Stopped before the first frame; nothing was written.</source>
      <translation>在首帧之前停止，未写入任何内容。</translation>
    </message>
    <message>
      <source>Stopped after {0} frames; the file is playable up to there.</source>
      <translation>已在第 {0} 帧停止；文件可播放至此处。</translation>
    </message>
    <message>
      <source>Choose a smaller model above, then try again.</source>
      <translation>请在上方换用较小的模型后重试。</translation>
    </message>
    <message>
      <source>Choose another model above, then try again.</source>
      <translation>请在上方换用其他模型后重试。</translation>
    </message>
    <message>
      <source>Choose another file above, or make room on the disk.</source>
      <translation>请在上方另选文件，或清理磁盘空间。</translation>
    </message>
    <message>
      <source>Choose another range above, or another offset in the Sources dock.</source>
      <translation>请在上方另选范围，或在视频源面板中调整时间偏移。</translation>
    </message>
    <message>
      <source>Choose a range that ends before the damage, or open the pair again.</source>
      <translation>请选择在损坏处之前结束的范围，或重新打开这一对。</translation>
    </message>
    <message>
      <source>Try again; Help, Copy diagnostics tells more.</source>
      <translation>请重试；“帮助”菜单中的“复制诊断信息”可了解详情。</translation>
    </message>
  </context>
  <context>
    <name>FaultDialog</name>
    <message>
      <source>Something went wrong</source>
      <translation>出错了</translation>
    </message>
    <message>
      <source>Details</source>
      <translation>详细信息</translation>
    </message>
    <message>
      <source>Copy</source>
      <translation>复制</translation>
    </message>
  </context>
  <context>
    <name>FoldersPage</name>
    <message>
      <source>Folders</source>
      <translation>文件夹</translation>
    </message>
    <message>
      <source>Folder of recordings and snapshots</source>
      <translation>录像和快照文件夹</translation>
    </message>
    <message>
      <source>&amp;Browse…</source>
      <translation>浏览(&amp;B)…</translation>
    </message>
    <message>
      <source>&amp;Recordings and snapshots</source>
      <translation>录像和快照(&amp;R)</translation>
    </message>
    <message>
      <source>Empty: the folder CS2Fusion Live among your videos.</source>
      <translation>留空则使用“视频”中的 CS2Fusion Live 文件夹。</translation>
    </message>
    <message>
      <source>The log is in {0}</source>
      <translation>日志位于 {0}</translation>
    </message>
    <message>
      <source>A folder needs its whole path; choose one with Browse.</source>
      <translation>请填写完整路径，或点“浏览”选择。</translation>
    </message>
    <message>
      <source>{0} is no folder; choose another one.</source>
      <translation>{0} 不是文件夹，请另选一个。</translation>
    </message>
    <message>
      <source>{0} cannot be written to; choose another folder.</source>
      <translation>{0} 不可写，请另选文件夹。</translation>
    </message>
    <message>
      <source>Choose a folder</source>
      <translation>选择文件夹</translation>
    </message>
  </context>
  <context>
    <name>FusionDock</name>
    <message>
      <source>A network takes the best of both.</source>
      <translation>由网络综合两者的优势。</translation>
    </message>
    <message>
      <source>The visible picture, with the outlines of what infrared sees.</source>
      <translation>可见光画面，叠加红外轮廓。</translation>
    </message>
    <message>
      <source>The visible picture, with what is hot in colours.</source>
      <translation>可见光画面，高温区以伪彩显示。</translation>
    </message>
    <message>
      <source>A cross-fade of both pictures.</source>
      <translation>两幅画面加权叠加。</translation>
    </message>
    <message>
      <source>The stronger detail of the two, on every scale.</source>
      <translation>在每个尺度上取两者中较强的细节。</translation>
    </message>
    <message>
      <source>Infrared, where it lies on visible.</source>
      <translation>配准到可见光的红外画面。</translation>
    </message>
    <message>
      <source>The visible picture as it is.</source>
      <translation>原始可见光画面。</translation>
    </message>
    <message>
      <source>Warmer than</source>
      <translation>高于</translation>
    </message>
    <message>
      <source>Colder than</source>
      <translation>低于</translation>
    </message>
    <message>
      <source>Between</source>
      <translation>介于</translation>
    </message>
    <message>
      <source>Percent of the range</source>
      <translation>量程百分比</translation>
    </message>
    <message>
      <source>Counts</source>
      <translation>计数值</translation>
    </message>
    <message>
      <source>Degrees Celsius</source>
      <translation>摄氏度</translation>
    </message>
    <message>
      <source>Iron</source>
      <translation>铁红</translation>
    </message>
    <message>
      <source>Rainbow</source>
      <translation>彩虹</translation>
    </message>
    <message>
      <source>Inferno</source>
      <translation>地狱火</translation>
    </message>
    <message>
      <source>Hot</source>
      <translation>热金属</translation>
    </message>
    <message>
      <source>Plasma</source>
      <translation>等离子</translation>
    </message>
    <message>
      <source>Turbo</source>
      <translation>Turbo</translation>
    </message>
    <message>
      <source>Mode</source>
      <translation>模式</translation>
    </message>
    <message>
      <source>What the fused picture is (M: the next one, Shift+M: the one before)</source>
      <translation>融合方式（M：下一个，Shift+M：上一个）</translation>
    </message>
    <message>
      <source>Strength</source>
      <translation>强度</translation>
    </message>
    <message>
      <source>How much is laid over the visible picture (arrow keys, Page up, Page down)</source>
      <translation>叠加到可见光上的比例（方向键、Page Up、Page Down）</translation>
    </message>
    <message>
      <source>&amp;Usual strength</source>
      <translation>默认强度(&amp;U)</translation>
    </message>
    <message>
      <source>The strength that suits the mode</source>
      <translation>适合当前模式的强度</translation>
    </message>
    <message>
      <source>Show &amp;what infrared adds</source>
      <translation>显示红外补充的内容(&amp;W)</translation>
    </message>
    <message>
      <source>Orange where the fused picture is brighter than visible, blue where it is darker</source>
      <translation>橙色表示融合画面比可见光更亮，蓝色表示更暗</translation>
    </message>
    <message>
      <source>Isotherm</source>
      <translation>等温线</translation>
    </message>
    <message>
      <source>What is in colours</source>
      <translation>伪彩显示范围</translation>
    </message>
    <message>
      <source>Unit of the thresholds</source>
      <translation>阈值单位</translation>
    </message>
    <message>
      <source>Colours of hot areas</source>
      <translation>高温区调色板</translation>
    </message>
    <message>
      <source>Lower threshold</source>
      <translation>下限阈值</translation>
    </message>
    <message>
      <source>Upper threshold</source>
      <translation>上限阈值</translation>
    </message>
    <message>
      <source>Network</source>
      <translation>网络</translation>
    </message>
    <message>
      <source>Device</source>
      <translation>设备</translation>
    </message>
    <message>
      <source>Precision</source>
      <translation>计算精度</translation>
    </message>
    <message>
      <source>Working size</source>
      <translation>工作分辨率</translation>
    </message>
    <message>
      <source>Fused picture</source>
      <translation>融合画面</translation>
    </message>
    <message>
      <source>Show</source>
      <translation>显示</translation>
    </message>
    <message>
      <source>From</source>
      <translation>从</translation>
    </message>
    <message>
      <source>To</source>
      <translation>到</translation>
    </message>
    <message>
      <source>Unit</source>
      <translation>单位</translation>
    </message>
    <message>
      <source>Colours</source>
      <translation>调色板</translation>
    </message>
    <message>
      <source>Size</source>
      <translation>尺寸</translation>
    </message>
  </context>
  <context>
    <name>GeneralPage</name>
    <message>
      <source>General</source>
      <translation>常规</translation>
    </message>
    <message>
      <source>As the system</source>
      <translation>跟随系统</translation>
    </message>
    <message>
      <source>Dark</source>
      <translation>深色</translation>
    </message>
    <message>
      <source>Light</source>
      <translation>浅色</translation>
    </message>
    <message>
      <source>Theme</source>
      <translation>主题</translation>
    </message>
    <message>
      <source>Language</source>
      <translation>语言</translation>
    </message>
    <message>
      <source>Scale of the window</source>
      <translation>界面缩放</translation>
    </message>
    <message>
      <source>&amp;Language</source>
      <translation>语言(&amp;L)</translation>
    </message>
    <message>
      <source>&amp;Theme</source>
      <translation>主题(&amp;T)</translation>
    </message>
    <message>
      <source>&amp;Scale of the window</source>
      <translation>界面缩放(&amp;S)</translation>
    </message>
    <message>
      <source>The scale is taken at the next start of the program.</source>
      <translation>缩放在下次启动时生效。</translation>
    </message>
  </context>
  <context>
    <name>Histogram</name>
    <message>
      <source>Histogram of infrared</source>
      <translation>红外直方图</translation>
    </message>
  </context>
  <context>
    <name>LiveBar</name>
    <message>
      <source>▶ REPLAY</source>
      <translation>▶ 回放</translation>
    </message>
    <message>
      <source>● LIVE</source>
      <translation>● 实时</translation>
    </message>
    <message>
      <source>■ NO SIGNAL</source>
      <translation>■ 无信号</translation>
    </message>
    <message>
      <source>❚❚ FROZEN</source>
      <translation>❚❚ 定格</translation>
    </message>
    <message>
      <source>Recordings, played as if they were live.</source>
      <translation>以实时方式回放录像。</translation>
    </message>
    <message>
      <source>The view stands still; fusing and recording go on.</source>
      <translation>画面定格，融合与录制继续。</translation>
    </message>
  </context>
  <context>
    <name>LogDock</name>
    <message>
      <source>Everything</source>
      <translation>全部</translation>
    </message>
    <message>
      <source>Warnings and errors</source>
      <translation>警告和错误</translation>
    </message>
    <message>
      <source>Errors</source>
      <translation>仅错误</translation>
    </message>
    <message>
      <source>What of the log is shown</source>
      <translation>日志显示级别</translation>
    </message>
    <message>
      <source>Last lines of the log</source>
      <translation>最近的日志</translation>
    </message>
    <message>
      <source>&amp;Copy</source>
      <translation>复制(&amp;C)</translation>
    </message>
    <message>
      <source>Copies what is shown; there are no passwords and no pictures in it</source>
      <translation>复制所示内容，不含密码和图像</translation>
    </message>
    <message>
      <source>Show &amp;folder</source>
      <translation>显示文件夹(&amp;F)</translation>
    </message>
    <message>
      <source>No log is written in this run.</source>
      <translation>本次运行未写日志。</translation>
    </message>
  </context>
  <context>
    <name>MainWindow</name>
    <message>
      <source>Opening</source>
      <translation>正在打开</translation>
    </message>
    <message>
      <source>Closing</source>
      <translation>正在关闭</translation>
    </message>
    <message>
      <source>Ended</source>
      <translation>已结束</translation>
    </message>
    <message>
      <source>Loading the model</source>
      <translation>正在加载模型</translation>
    </message>
  </context>
  <context>
    <name>MeasureDock</name>
    <message>
      <source>The hottest is above</source>
      <translation>最高值高于</translation>
    </message>
    <message>
      <source>The coldest is below</source>
      <translation>最低值低于</translation>
    </message>
    <message>
      <source>Degrees Celsius</source>
      <translation>摄氏度</translation>
    </message>
    <message>
      <source>Counts</source>
      <translation>计数值</translation>
    </message>
    <message>
      <source>Grey levels</source>
      <translation>灰度级</translation>
    </message>
    <message>
      <source>&amp;Show spots and scale on the picture</source>
      <translation>在画面上显示测点和色标(&amp;S)</translation>
    </message>
    <message>
      <source>Values and the scale of colours, on infrared and on the fused picture (T)</source>
      <translation>在红外和融合画面上显示数值与色标 (T)</translation>
    </message>
    <message>
      <source>Drawn on the screen only. Recordings (CSV) and snapshots (YAML) hold the values beside the pictures.</source>
      <translation>仅显示在屏幕上。录制 (CSV) 和快照 (YAML) 会在画面之外保存这些数值。</translation>
    </message>
    <message>
      <source>Spots and their values</source>
      <translation>测点及数值</translation>
    </message>
    <message>
      <source>&amp;Add a spot</source>
      <translation>添加测点(&amp;A)</translation>
    </message>
    <message>
      <source>In the middle; or click a picture with the right button</source>
      <translation>加在画面中央；也可在画面上点右键</translation>
    </message>
    <message>
      <source>Re&amp;move</source>
      <translation>删除(&amp;M)</translation>
    </message>
    <message>
      <source>Across</source>
      <translation>横向</translation>
    </message>
    <message>
      <source>Down</source>
      <translation>纵向</translation>
    </message>
    <message>
      <source>A&amp;larm</source>
      <translation>报警(&amp;L)</translation>
    </message>
    <message>
      <source>An alarm starts a re&amp;cording</source>
      <translation>报警时开始录制(&amp;C)</translation>
    </message>
    <message>
      <source>When</source>
      <translation>条件</translation>
    </message>
    <message>
      <source>Unit</source>
      <translation>单位</translation>
    </message>
    <message>
      <source>Threshold</source>
      <translation>阈值</translation>
    </message>
    <message>
      <source>●  No alarm</source>
      <translation>●  无报警</translation>
    </message>
    <message>
      <source>The alarm is off.</source>
      <translation>报警已关闭。</translation>
    </message>
    <message>
      <source>&amp;Copy values</source>
      <translation>复制数值(&amp;C)</translation>
    </message>
    <message>
      <source>Spots</source>
      <translation>测点</translation>
    </message>
    <message>
      <source>Alarm</source>
      <translation>报警</translation>
    </message>
    <message>
      <source>Than</source>
      <translation>阈值为</translation>
    </message>
  </context>
  <context>
    <name>Menus</name>
    <message>
      <source>&amp;File</source>
      <translation>文件(&amp;F)</translation>
    </message>
    <message>
      <source>&amp;Edit</source>
      <translation>编辑(&amp;E)</translation>
    </message>
    <message>
      <source>&amp;View</source>
      <translation>视图(&amp;V)</translation>
    </message>
    <message>
      <source>&amp;Playback</source>
      <translation>播放控制(&amp;P)</translation>
    </message>
    <message>
      <source>&amp;Source</source>
      <translation>信号源(&amp;S)</translation>
    </message>
    <message>
      <source>F&amp;usion</source>
      <translation>融合(&amp;U)</translation>
    </message>
    <message>
      <source>&amp;Record</source>
      <translation>录制(&amp;R)</translation>
    </message>
    <message>
      <source>&amp;Tools</source>
      <translation>工具(&amp;T)</translation>
    </message>
    <message>
      <source>&amp;Help</source>
      <translation>帮助(&amp;H)</translation>
    </message>
    <message>
      <source>Open &amp;recent</source>
      <translation>最近打开(&amp;R)</translation>
    </message>
    <message>
      <source>&amp;Model</source>
      <translation>模型(&amp;M)</translation>
    </message>
    <message>
      <source>&amp;Theme</source>
      <translation>主题(&amp;T)</translation>
    </message>
    <message>
      <source>&amp;Language</source>
      <translation>语言(&amp;L)</translation>
    </message>
    <message>
      <source>Infrared &amp;palette</source>
      <translation>红外调色板(&amp;P)</translation>
    </message>
    <message>
      <source>M&amp;ode</source>
      <translation>融合模式(&amp;O)</translation>
    </message>
    <message>
      <source>&amp;Docks</source>
      <translation>面板(&amp;D)</translation>
    </message>
    <message>
      <source>S&amp;peed</source>
      <translation>速度(&amp;P)</translation>
    </message>
    <message>
      <source>Models on the &amp;wall</source>
      <translation>模型墙上的模型(&amp;W)</translation>
    </message>
    <message>
      <source>Infrared &amp;alignment</source>
      <translation>红外配准(&amp;A)</translation>
    </message>
    <message>
      <source>Tool bar</source>
      <translation>工具栏</translation>
    </message>
    <message>
      <source>Layout</source>
      <translation>布局</translation>
    </message>
    <message>
      <source>Mode</source>
      <translation>模式</translation>
    </message>
    <message>
      <source>Palette</source>
      <translation>调色板</translation>
    </message>
    <message>
      <source>Align</source>
      <translation>配准</translation>
    </message>
  </context>
  <context>
    <name>ModelChoice</name>
    <message>
      <source>Model</source>
      <translation>模型</translation>
    </message>
    <message>
      <source>What fuses; auto takes what this computer can keep up with</source>
      <translation>融合所用模型；auto 自动选择本机能实时运行的模型</translation>
    </message>
  </context>
  <context>
    <name>OffsetRow</name>
    <message>
      <source>Time offset</source>
      <translation>时间偏移</translation>
    </message>
    <message>
      <source>Time offset of infrared</source>
      <translation>红外时间偏移</translation>
    </message>
    <message>
      <source> ms</source>
      <translation> ms</translation>
    </message>
    <message>
      <source>Time offset of infrared in milliseconds</source>
      <translation>红外时间偏移（毫秒）</translation>
    </message>
    <message>
      <source>Estimate</source>
      <translation>估计</translation>
    </message>
    <message>
      <source>Apply</source>
      <translation>应用</translation>
    </message>
    <message>
      <source>Added to the time stamps of infrared; positive where infrared comes too early.</source>
      <translation>加到红外时间戳上；红外超前时为正。</translation>
    </message>
    <message>
      <source>Estimating from what moves in both</source>
      <translation>正根据两路画面中的运动估计</translation>
    </message>
    <message>
      <source>Both streams have to be watched for some seconds first: {0:.1f} s so far.</source>
      <translation>需先观察两路视频数秒：已 {0:.1f} 秒。</translation>
    </message>
    <message>
      <source>▲  No estimate: {0}.</source>
      <translation>▲  无法估计：{0}。</translation>
    </message>
    <message>
      <source>✓  {0:+.0f} ms, margin {1:.2f}</source>
      <translation>✓  {0:+.0f} ms，置信裕度 {1:.2f}</translation>
    </message>
    <message>
      <source>, drift {0:+.1f} ms per minute</source>
      <translation>，漂移 {0:+.1f} ms/分钟</translation>
    </message>
  </context>
  <context>
    <name>OpenPairDialog</name>
    <message>
      <source>Open pair</source>
      <translation>打开一对视频</translation>
    </message>
    <message>
      <source>Two video files, or two folders of images with the same file names. The sizes may differ. A recording or a rig holds both: give any of its files alone.</source>
      <translation>两个视频文件，或两个文件名相同的图像文件夹，尺寸可以不同。录像或配置本身包含两路：只需给出其中任一文件。</translation>
    </message>
    <message>
      <source>&amp;Infrared</source>
      <translation>红外(&amp;I)</translation>
    </message>
    <message>
      <source>&amp;Visible</source>
      <translation>可见光(&amp;V)</translation>
    </message>
    <message>
      <source>S&amp;wap</source>
      <translation>互换(&amp;W)</translation>
    </message>
    <message>
      <source>path of a video or a folder</source>
      <translation>视频或文件夹的路径</translation>
    </message>
    <message>
      <source>File…</source>
      <translation>文件…</translation>
    </message>
    <message>
      <source>Folder…</source>
      <translation>文件夹…</translation>
    </message>
    <message>
      <source>Choose a video</source>
      <translation>选择视频</translation>
    </message>
    <message>
      <source>Choose a folder of images</source>
      <translation>选择图像文件夹</translation>
    </message>
  </context>
  <context>
    <name>OutputsPage</name>
    <message>
      <source>S&amp;tream</source>
      <translation>视频流(&amp;T)</translation>
    </message>
    <message>
      <source>&amp;Webcam</source>
      <translation>虚拟摄像头(&amp;W)</translation>
    </message>
    <message>
      <source>&amp;MQTT</source>
      <translation>&amp;MQTT</translation>
    </message>
    <message>
      <source>&amp;Events</source>
      <translation>事件(&amp;E)</translation>
    </message>
    <message>
      <source>name of the device; empty: the first that is free</source>
      <translation>设备名称；留空则使用第一个空闲设备</translation>
    </message>
    <message>
      <source>path of a file that gets JSON lines</source>
      <translation>写入 JSON 行的文件路径</translation>
    </message>
    <message>
      <source>off</source>
      <translation>未启动</translation>
    </message>
    <message>
      <source>starting</source>
      <translation>正在启动</translation>
    </message>
    <message>
      <source>begins with the next pair that is opened</source>
      <translation>打开下一对源时开始</translation>
    </message>
    <message>
      <source>Start</source>
      <translation>开始</translation>
    </message>
    <message>
      <source>Stop</source>
      <translation>停止</translation>
    </message>
    <message>
      <source>File…</source>
      <translation>文件…</translation>
    </message>
    <message>
      <source>File for events</source>
      <translation>事件文件</translation>
    </message>
    <message>
      <source>{0} readings sent, {1} frames not measured, {2} readings lost</source>
      <translation>已发送 {0} 条读数，{1} 帧未测量，丢失 {2} 条读数</translation>
    </message>
    <message>
      <source>{0} frames sent, {1} dropped, {2} lost</source>
      <translation>已发送 {0} 帧，丢弃 {1} 帧，丢失 {2} 帧</translation>
    </message>
    <message>
      <source>The session goes to other programs until that is stopped here or the window closes. A rig that is saved holds the addresses.</source>
      <translation>会话将发送到其他程序，直到在此停止或窗口关闭。保存的配置会包含这些地址。</translation>
    </message>
  </context>
  <context>
    <name>PerformanceDock</name>
    <message>
      <source>Nothing runs.</source>
      <translation>未在运行。</translation>
    </message>
    <message>
      <source>{0:.1f} ms a frame · {1} · {2} lost so far</source>
      <translation>每帧 {0:.1f} ms · {1} · 累计丢失 {2}</translation>
    </message>
    <message>
      <source>Milliseconds per stage</source>
      <translation>各阶段耗时（毫秒）</translation>
    </message>
    <message>
      <source>Fusion, frames per second</source>
      <translation>融合帧率 (fps)</translation>
    </message>
    <message>
      <source>Latency, milliseconds</source>
      <translation>延迟（毫秒）</translation>
    </message>
    <message>
      <source>Skew, milliseconds</source>
      <translation>时间差（毫秒）</translation>
    </message>
    <message>
      <source>Frames lost</source>
      <translation>丢帧</translation>
    </message>
    <message>
      <source>Stages</source>
      <translation>处理阶段</translation>
    </message>
    <message>
      <source>Picture</source>
      <translation>图像</translation>
    </message>
    <message>
      <source>Last minute</source>
      <translation>最近一分钟</translation>
    </message>
  </context>
  <context>
    <name>PointsBox</name>
    <message>
      <source>shift, size and turn</source>
      <translation>平移、缩放与旋转</translation>
    </message>
    <message>
      <source>shift, size, turn and slant</source>
      <translation>平移、缩放、旋转与切变</translation>
    </message>
    <message>
      <source>with perspective</source>
      <translation>含透视</translation>
    </message>
    <message>
      <source>By points</source>
      <translation>按对应点</translation>
    </message>
    <message>
      <source>Points and their distance from the fit</source>
      <translation>对应点及其残差</translation>
    </message>
    <message>
      <source>Use points</source>
      <translation>应用对应点</translation>
    </message>
    <message>
      <source>Remove</source>
      <translation>删除</translation>
    </message>
    <message>
      <source>Clear</source>
      <translation>全部清除</translation>
    </message>
    <message>
      <source>Point {0}: click on the same thing in the other picture</source>
      <translation>点 {0}：请在另一幅画面中点击同一物体</translation>
    </message>
    <message>
      <source>{0:.1f} px off</source>
      <translation>残差 {0:.1f} 像素</translation>
    </message>
    <message>
      <source>Click on the same thing in infrared and in visible, {0} times or more; 4 are good.</source>
      <translation>在红外和可见光中点击同一物体，至少 {0} 次；4 次较好。</translation>
    </message>
    <message>
      <source>{0} points, {1}: {2:.1f} px off on average</source>
      <translation>{0} 个点，{1}：平均残差 {2:.1f} 像素</translation>
    </message>
    <message>
      <source>two always fit; a third tells whether they are right</source>
      <translation>两个点总能吻合；第三个点才能说明是否正确</translation>
    </message>
  </context>
  <context>
    <name>Preferences</name>
    <message>
      <source>{0} cannot be written, so nothing is remembered; check its permissions</source>
      <translation>{0} 不可写，设置无法保存；请检查权限</translation>
    </message>
  </context>
  <context>
    <name>QualityWatch</name>
    <message>
      <source>▲ shows nothing</source>
      <translation>▲ 无画面内容</translation>
    </message>
    <message>
      <source>▲ the same frame over and over</source>
      <translation>▲ 画面一直不变</translation>
    </message>
    <message>
      <source>Entropy {0:.1f} bit · edges kept {1:.0f} % · clipped {2:.1f} % · flicker {3:.1f} levels</source>
      <translation>熵 {0:.1f} 比特 · 边缘保留 {1:.0f} % · 截断 {2:.1f} % · 闪烁 {3:.1f} 级</translation>
    </message>
  </context>
  <context>
    <name>QueueController</name>
    <message>
      <source>Folder for results</source>
      <translation>结果文件夹</translation>
    </message>
    <message>
      <source>Folder with recordings</source>
      <translation>录像所在文件夹</translation>
    </message>
  </context>
  <context>
    <name>QueueDock</name>
    <message>
      <source>○ Waiting</source>
      <translation>○ 等待中</translation>
    </message>
    <message>
      <source>● Fusing</source>
      <translation>● 融合中</translation>
    </message>
    <message>
      <source>‖ Paused</source>
      <translation>‖ 已暂停</translation>
    </message>
    <message>
      <source>● Joining</source>
      <translation>● 合并中</translation>
    </message>
    <message>
      <source>● Fusing elsewhere</source>
      <translation>● 在别处融合</translation>
    </message>
    <message>
      <source>✓ Done</source>
      <translation>✓ 已完成</translation>
    </message>
    <message>
      <source>✓ Done earlier</source>
      <translation>✓ 先前已完成</translation>
    </message>
    <message>
      <source>■ Failed</source>
      <translation>■ 失败</translation>
    </message>
    <message>
      <source>Job</source>
      <translation>任务</translation>
    </message>
    <message>
      <source>State</source>
      <translation>状态</translation>
    </message>
    <message>
      <source>Done</source>
      <translation>进度</translation>
    </message>
    <message>
      <source>fps</source>
      <translation>fps</translation>
    </message>
    <message>
      <source>Left</source>
      <translation>剩余</translation>
    </message>
    <message>
      <source>and {0} more</source>
      <translation>另有 {0} 项</translation>
    </message>
    <message>
      <source>Processes</source>
      <translation>进程数</translation>
    </message>
    <message>
      <source>&amp;Results…</source>
      <translation>结果(&amp;R)…</translation>
    </message>
    <message>
      <source>Choose the folder for results; one that holds a queue already is joined</source>
      <translation>选择结果文件夹；若其中已有队列则加入</translation>
    </message>
    <message>
      <source>&amp;Add folder…</source>
      <translation>添加文件夹(&amp;A)…</translation>
    </message>
    <message>
      <source>Add all pairs in a folder, with the model, infrared and alignment that are set in the window</source>
      <translation>按窗口当前的模型、热像和配准设置，添加文件夹中的所有视频对</translation>
    </message>
    <message>
      <source>&amp;Start</source>
      <translation>开始(&amp;S)</translation>
    </message>
    <message>
      <source>&amp;Pause</source>
      <translation>暂停(&amp;P)</translation>
    </message>
    <message>
      <source>All that work on this queue wait, on other machines as well</source>
      <translation>处理此队列的全部进程都会暂停，包括其他机器上的</translation>
    </message>
    <message>
      <source>S&amp;top</source>
      <translation>停止(&amp;T)</translation>
    </message>
    <message>
      <source>What is finished stays; the next start goes on behind it</source>
      <translation>已完成的部分会保留，下次从该处继续</translation>
    </message>
    <message>
      <source>Add a folder with recordings to begin.</source>
      <translation>请先添加存放录像的文件夹。</translation>
    </message>
    <message>
      <source>&amp;Copy the error</source>
      <translation>复制错误信息(&amp;C)</translation>
    </message>
    <message>
      <source>&amp;Copy the name</source>
      <translation>复制名称(&amp;C)</translation>
    </message>
    <message>
      <source>Show &amp;results</source>
      <translation>显示结果文件夹(&amp;R)</translation>
    </message>
    <message>
      <source>Go o&amp;n</source>
      <translation>继续(&amp;N)</translation>
    </message>
    <message>
      <source>{0} of {1} done</source>
      <translation>已完成 {0}/{1}</translation>
    </message>
    <message>
      <source>{0} failed</source>
      <translation>{0} 项失败</translation>
    </message>
    <message>
      <source>{0:.1f} fps</source>
      <translation>{0:.1f} fps</translation>
    </message>
    <message>
      <source>about {0} left</source>
      <translation>约剩 {0}</translation>
    </message>
    <message>
      <source>Jobs of the queue</source>
      <translation>队列中的任务</translation>
    </message>
  </context>
  <context>
    <name>RangeRow</name>
    <message>
      <source>Begin at</source>
      <translation>起点</translation>
    </message>
    <message>
      <source>End before</source>
      <translation>终点（不含）</translation>
    </message>
    <message>
      <source>to</source>
      <translation>至</translation>
    </message>
    <message>
      <source>A time reads minutes:seconds, such as 1:02.5.</source>
      <translation>时间请写成“分:秒”，如 1:02.5。</translation>
    </message>
    <message>
      <source>The range ends before it begins.</source>
      <translation>终点早于起点。</translation>
    </message>
    <message>
      <source>The range begins behind the end of the video.</source>
      <translation>起点超出视频长度。</translation>
    </message>
  </context>
  <context>
    <name>RateDialog</name>
    <message>
      <source>Images per second</source>
      <translation>每秒图像数</translation>
    </message>
    <message>
      <source>Begins with the rate at which images and video are equally long.</source>
      <translation>初始值使图像序列与视频等长。</translation>
    </message>
    <message>
      <source>How many images were taken in a second?</source>
      <translation>每秒拍摄多少幅图像？</translation>
    </message>
    <message>
      <source>Open</source>
      <translation>打开</translation>
    </message>
  </context>
  <context>
    <name>Readings</name>
    <message>
      <source>raw {0}</source>
      <translation>原始值 {0}</translation>
    </message>
  </context>
  <context>
    <name>Recents</name>
    <message>
      <source>Show in &amp;folder</source>
      <translation>在文件夹中显示(&amp;F)</translation>
    </message>
    <message>
      <source>For&amp;get</source>
      <translation>从列表中移除(&amp;G)</translation>
    </message>
    <message>
      <source>None of them is there now</source>
      <translation>目前都不存在</translation>
    </message>
    <message>
      <source>&amp;Open again</source>
      <translation>重新打开(&amp;O)</translation>
    </message>
  </context>
  <context>
    <name>RecordDock</name>
    <message>
      <source>&amp;Fused picture</source>
      <translation>融合画面(&amp;F)</translation>
    </message>
    <message>
      <source>&amp;Visible</source>
      <translation>可见光(&amp;V)</translation>
    </message>
    <message>
      <source>&amp;Infrared</source>
      <translation>红外(&amp;I)</translation>
    </message>
    <message>
      <source>Very fine, large files</source>
      <translation>极高，文件大</translation>
    </message>
    <message>
      <source>Fine</source>
      <translation>高</translation>
    </message>
    <message>
      <source>Ordinary</source>
      <translation>普通</translation>
    </message>
    <message>
      <source>Coarse, small files</source>
      <translation>低，文件小</translation>
    </message>
    <message>
      <source>Lossless if it is 16 bit</source>
      <translation>16 位时无损</translation>
    </message>
    <message>
      <source>Lossless</source>
      <translation>无损</translation>
    </message>
    <message>
      <source>Compressed, 8 bit</source>
      <translation>压缩，8 位</translation>
    </message>
    <message>
      <source>The machine's own if it is faster</source>
      <translation>本机硬件编码（更快时）</translation>
    </message>
    <message>
      <source>Software</source>
      <translation>软件编码</translation>
    </message>
    <message>
      <source>Off</source>
      <translation>关闭</translation>
    </message>
    <message>
      <source>Starting</source>
      <translation>正在启动</translation>
    </message>
    <message>
      <source>●  Recording</source>
      <translation>●  正在录制</translation>
    </message>
    <message>
      <source>❚❚  Paused</source>
      <translation>❚❚  已暂停</translation>
    </message>
    <message>
      <source>Finishing the file</source>
      <translation>正在完成文件</translation>
    </message>
    <message>
      <source>file {0}</source>
      <translation>文件 {0}</translation>
    </message>
    <message>
      <source>{0} of {1} s from before · {2}</source>
      <translation>预录 {0} / {1} 秒 · {2}</translation>
    </message>
    <message>
      <source>{0} frames of it lost</source>
      <translation>其中丢失 {0} 帧</translation>
    </message>
    <message>
      <source>Quality</source>
      <translation>画质</translation>
    </message>
    <message>
      <source>Infrared is stored</source>
      <translation>红外存储方式</translation>
    </message>
    <message>
      <source> min</source>
      <translation> 分钟</translation>
    </message>
    <message>
      <source> MB</source>
      <translation> MB</translation>
    </message>
    <message>
      <source> s</source>
      <translation> 秒</translation>
    </message>
    <message>
      <source>The pre-roll is encoded all the time, which takes as much of the processor as recording</source>
      <translation>预录会持续编码，CPU 占用与录制相同</translation>
    </message>
    <message>
      <source>off</source>
      <translation>不启用</translation>
    </message>
    <message>
      <source>Folder for recordings</source>
      <translation>录像文件夹</translation>
    </message>
    <message>
      <source>Recording</source>
      <translation>录像</translation>
    </message>
    <message>
      <source>What</source>
      <translation>内容</translation>
    </message>
    <message>
      <source>How</source>
      <translation>方式</translation>
    </message>
    <message>
      <source>Where to</source>
      <translation>位置</translation>
    </message>
    <message>
      <source>Infrared</source>
      <translation>红外</translation>
    </message>
    <message>
      <source>New file after</source>
      <translation>分段时长</translation>
    </message>
    <message>
      <source>or after</source>
      <translation>或大小</translation>
    </message>
    <message>
      <source>Begin before</source>
      <translation>预录时长</translation>
    </message>
    <message>
      <source>Pause</source>
      <translation>暂停</translation>
    </message>
    <message>
      <source>Marker</source>
      <translation>标记</translation>
    </message>
    <message>
      <source>Choose…</source>
      <translation>选择…</translation>
    </message>
    <message>
      <source>Open folder</source>
      <translation>打开文件夹</translation>
    </message>
  </context>
  <context>
    <name>RecordingController</name>
    <message>
      <source>Nothing was recorded: what was open has been closed before the recording began</source>
      <translation>未录制：录制开始前，视频已关闭</translation>
    </message>
    <message>
      <source>Marker {0}</source>
      <translation>标记 {0}</translation>
    </message>
    <message>
      <source>Marker {0} is set</source>
      <translation>已添加标记 {0}</translation>
    </message>
    <message>
      <source>&amp;Record</source>
      <translation>录制(&amp;R)</translation>
    </message>
    <message>
      <source>Stop &amp;recording</source>
      <translation>停止录制(&amp;R)</translation>
    </message>
    <message>
      <source>Record</source>
      <translation>录制</translation>
    </message>
    <message>
      <source>Stop</source>
      <translation>停止</translation>
    </message>
  </context>
  <context>
    <name>RecordingPage</name>
    <message>
      <source>Recording</source>
      <translation>录像</translation>
    </message>
    <message>
      <source>Quality</source>
      <translation>画质</translation>
    </message>
    <message>
      <source>Infrared is stored</source>
      <translation>红外存储方式</translation>
    </message>
    <message>
      <source>Encoder</source>
      <translation>编码器</translation>
    </message>
    <message>
      <source>New file after minutes</source>
      <translation>分段时长（分钟）</translation>
    </message>
    <message>
      <source> min</source>
      <translation> 分钟</translation>
    </message>
    <message>
      <source>New file after megabytes</source>
      <translation>分段大小 (MB)</translation>
    </message>
    <message>
      <source> MB</source>
      <translation> MB</translation>
    </message>
    <message>
      <source>Pre-roll</source>
      <translation>预录</translation>
    </message>
    <message>
      <source> s</source>
      <translation> 秒</translation>
    </message>
    <message>
      <source>off</source>
      <translation>关闭</translation>
    </message>
    <message>
      <source>&amp;Quality</source>
      <translation>画质(&amp;Q)</translation>
    </message>
    <message>
      <source>Infrared is &amp;stored</source>
      <translation>红外存储方式(&amp;S)</translation>
    </message>
    <message>
      <source>&amp;Encoder</source>
      <translation>编码器(&amp;E)</translation>
    </message>
    <message>
      <source>New file after &amp;minutes</source>
      <translation>分段时长（分钟）(&amp;M)</translation>
    </message>
    <message>
      <source>New file after me&amp;gabytes</source>
      <translation>分段大小 (MB)(&amp;G)</translation>
    </message>
    <message>
      <source>&amp;Pre-roll</source>
      <translation>预录(&amp;P)</translation>
    </message>
    <message>
      <source>Nothing would be recorded; choose at least one picture.</source>
      <translation>未选择录制内容，请至少选一路画面。</translation>
    </message>
  </context>
  <context>
    <name>RecordingTag</name>
    <message>
      <source>REC starting</source>
      <translation>REC 正在启动</translation>
    </message>
    <message>
      <source>REC paused</source>
      <translation>REC 已暂停</translation>
    </message>
    <message>
      <source>REC finishing the file</source>
      <translation>REC 正在完成文件</translation>
    </message>
    <message>
      <source>▲ {0} dropped</source>
      <translation>▲ 丢弃 {0}</translation>
    </message>
  </context>
  <context>
    <name>RecoveryOffer</name>
    <message>
      <source>The program ended unexpectedly before anything was recorded: {0}</source>
      <translation>程序意外退出，尚未录到内容：{0}</translation>
    </message>
    <message>
      <source>A recording was not finished, because the program ended unexpectedly: {0}</source>
      <translation>程序意外退出，有一段录像未完成：{0}</translation>
    </message>
    <message>
      <source>{0} recordings were not finished, because the program ended unexpectedly.</source>
      <translation>程序意外退出，有 {0} 段录像未完成。</translation>
    </message>
    <message>
      <source>Recover</source>
      <translation>恢复</translation>
    </message>
    <message>
      <source>Open folder</source>
      <translation>打开文件夹</translation>
    </message>
    <message>
      <source>Leave as it is</source>
      <translation>保持原样</translation>
    </message>
  </context>
  <context>
    <name>Rigs</name>
    <message>
      <source>Open rig or recording</source>
      <translation>打开配置或录像</translation>
    </message>
    <message>
      <source>Rigs and recordings (*.yaml *.yml *.mkv *.csv)</source>
      <translation>配置和录像 (*.yaml *.yml *.mkv *.csv)</translation>
    </message>
    <message>
      <source>Rigs (*.yaml *.yml)</source>
      <translation>配置 (*.yaml *.yml)</translation>
    </message>
    <message>
      <source>Save rig</source>
      <translation>保存配置</translation>
    </message>
  </context>
  <context>
    <name>SettingsController</name>
    <message>
      <source>The scale of {0} % is taken at the next start</source>
      <translation>{0} % 缩放在下次启动时生效</translation>
    </message>
  </context>
  <context>
    <name>SettingsDialog</name>
    <message>
      <source>Settings</source>
      <translation>设置</translation>
    </message>
    <message>
      <source>Pages of the settings</source>
      <translation>设置页面</translation>
    </message>
  </context>
  <context>
    <name>ShareDialog</name>
    <message>
      <source>Share</source>
      <translation>共享画面</translation>
    </message>
    <message>
      <source>To browsers on &amp;this computer</source>
      <translation>仅限本机浏览器(&amp;T)</translation>
    </message>
    <message>
      <source>To &amp;whoever in the network has the token</source>
      <translation>网络中持有令牌的人(&amp;W)</translation>
    </message>
    <message>
      <source>port</source>
      <translation>端口</translation>
    </message>
    <message>
      <source>Port</source>
      <translation>端口号</translation>
    </message>
    <message>
      <source>The pictures and the controls of this session, until the window closes.</source>
      <translation>共享本次会话的画面与控制，直到窗口关闭。</translation>
    </message>
    <message>
      <source>&amp;Copy address</source>
      <translation>复制地址(&amp;C)</translation>
    </message>
    <message>
      <source>&amp;Share</source>
      <translation>开始共享(&amp;S)</translation>
    </message>
    <message>
      <source>Stop s&amp;haring</source>
      <translation>停止共享(&amp;H)</translation>
    </message>
    <message>
      <source>Browsers</source>
      <translation>浏览器</translation>
    </message>
    <message>
      <source>Other programs</source>
      <translation>其他程序</translation>
    </message>
    <message>
      <source>Token: {0}</source>
      <translation>令牌：{0}</translation>
    </message>
  </context>
  <context>
    <name>ShortcutsDialog</name>
    <message>
      <source>Shortcuts</source>
      <translation>快捷键</translation>
    </message>
    <message>
      <source>Peek at the visible picture</source>
      <translation>临时查看可见光画面</translation>
    </message>
    <message>
      <source>hold Tab</source>
      <translation>按住 Tab</translation>
    </message>
    <message>
      <source>Zoom</source>
      <translation>缩放</translation>
    </message>
    <message>
      <source>Ctrl+wheel</source>
      <translation>Ctrl+滚轮</translation>
    </message>
    <message>
      <source>Maximise a picture, and back</source>
      <translation>画面最大化 / 还原</translation>
    </message>
    <message>
      <source>double click</source>
      <translation>双击</translation>
    </message>
    <message>
      <source>From the pictures to the controls</source>
      <translation>从画面切换到控件</translation>
    </message>
    <message>
      <source>Leave full screen</source>
      <translation>退出全屏</translation>
    </message>
    <message>
      <source>Command</source>
      <translation>命令</translation>
    </message>
    <message>
      <source>Keys</source>
      <translation>按键</translation>
    </message>
  </context>
  <context>
    <name>ShortcutsPage</name>
    <message>
      <source>Shortcuts</source>
      <translation>快捷键</translation>
    </message>
    <message>
      <source>New key</source>
      <translation>新快捷键</translation>
    </message>
    <message>
      <source>Type the new key; Tab leaves the field</source>
      <translation>按下新快捷键；Tab 离开输入框</translation>
    </message>
    <message>
      <source>&amp;Usual key</source>
      <translation>默认按键(&amp;U)</translation>
    </message>
    <message>
      <source>&amp;No key</source>
      <translation>清除按键(&amp;N)</translation>
    </message>
    <message>
      <source>&amp;All as usual</source>
      <translation>全部恢复默认(&amp;A)</translation>
    </message>
    <message>
      <source>New &amp;key</source>
      <translation>新快捷键(&amp;K)</translation>
    </message>
    <message>
      <source>Command</source>
      <translation>命令</translation>
    </message>
    <message>
      <source>Keys</source>
      <translation>按键</translation>
    </message>
    <message>
      <source>Commands and their keys</source>
      <translation>命令及其快捷键</translation>
    </message>
    <message>
      <source>{0} belongs to “{1}” already; give that another key first.</source>
      <translation>{0} 已用于“{1}”，请先为其更换快捷键。</translation>
    </message>
  </context>
  <context>
    <name>SourceCard</name>
    <message>
      <source>As it comes</source>
      <translation>不旋转</translation>
    </message>
    <message>
      <source>90° to the right</source>
      <translation>右转 90°</translation>
    </message>
    <message>
      <source>90° to the left</source>
      <translation>左转 90°</translation>
    </message>
    <message>
      <source>180°</source>
      <translation>旋转 180°</translation>
    </message>
    <message>
      <source>Mirrored</source>
      <translation>镜像</translation>
    </message>
    <message>
      <source>Mirrored, 90° right</source>
      <translation>镜像并右转 90°</translation>
    </message>
    <message>
      <source>Mirrored, 90° left</source>
      <translation>镜像并左转 90°</translation>
    </message>
    <message>
      <source>Mirrored, 180°</source>
      <translation>镜像并旋转 180°</translation>
    </message>
    <message>
      <source>{0}: turn</source>
      <translation>{0}：旋转</translation>
    </message>
    <message>
      <source>Turn</source>
      <translation>旋转</translation>
    </message>
    <message>
      <source>Retry now</source>
      <translation>立即重试</translation>
    </message>
    <message>
      <source>No source is open.</source>
      <translation>未打开视频源。</translation>
    </message>
    <message>
      <source>Nothing has come yet.</source>
      <translation>尚无数据。</translation>
    </message>
    <message>
      <source>{0:.1f} fps measured</source>
      <translation>实测 {0:.1f} fps</translation>
    </message>
    <message>
      <source>{0:.4g} fps nominal</source>
      <translation>标称 {0:.4g} fps</translation>
    </message>
    <message>
      <source>reconnected {0} ×</source>
      <translation>重连 {0} 次</translation>
    </message>
    <message>
      <source>{0} dropped</source>
      <translation>丢弃 {0}</translation>
    </message>
  </context>
  <context>
    <name>SourceNotice</name>
    <message>
      <source>The picture goes on with {0}.</source>
      <translation>画面改由{0}继续。</translation>
    </message>
    <message>
      <source>{0} is being opened</source>
      <translation>正在打开{0}</translation>
    </message>
    <message>
      <source>{0} has stalled</source>
      <translation>{0}画面停滞</translation>
    </message>
    <message>
      <source>{0} is not connected</source>
      <translation>{0}未连接</translation>
    </message>
    <message>
      <source>{0} has ended</source>
      <translation>{0}已结束</translation>
    </message>
    <message>
      <source>{0} has failed</source>
      <translation>{0}出错</translation>
    </message>
    <message>
      <source>The last frame is {0} old.</source>
      <translation>最后一帧距今 {0}。</translation>
    </message>
    <message>
      <source>Next attempt in {0:.0f} s.</source>
      <translation>{0:.0f} 秒后重试。</translation>
    </message>
    <message>
      <source>Connecting now.</source>
      <translation>正在连接。</translation>
    </message>
    <message>
      <source>{0:.1f} s</source>
      <translation>{0:.1f} 秒</translation>
    </message>
    <message>
      <source>{0} min {1} s</source>
      <translation>{0} 分 {1} 秒</translation>
    </message>
    <message>
      <source>{0} s</source>
      <translation>{0} 秒</translation>
    </message>
    <message>
      <source>Retry now</source>
      <translation>立即重试</translation>
    </message>
    <message>
      <source>Choose another…</source>
      <translation>另选…</translation>
    </message>
  </context>
  <context>
    <name>SourcesDock</name>
    <message>
      <source>Infrared</source>
      <translation>红外</translation>
    </message>
    <message>
      <source>Visible</source>
      <translation>可见光</translation>
    </message>
    <message>
      <source>Connect…</source>
      <translation>连接…</translation>
    </message>
    <message>
      <source>Swap</source>
      <translation>互换</translation>
    </message>
  </context>
  <context>
    <name>Spots</name>
    <message>
      <source>Hottest</source>
      <translation>最高</translation>
    </message>
    <message>
      <source>Coldest</source>
      <translation>最低</translation>
    </message>
    <message>
      <source>Centre</source>
      <translation>中心</translation>
    </message>
    <message>
      <source>Spot {0}</source>
      <translation>测点 {0}</translation>
    </message>
    <message>
      <source>grey {0}</source>
      <translation>灰度 {0}</translation>
    </message>
  </context>
  <context>
    <name>Stages</name>
    <message>
      <source>thermal</source>
      <translation>热像</translation>
    </message>
    <message>
      <source>align</source>
      <translation>配准</translation>
    </message>
    <message>
      <source>colour</source>
      <translation>色彩</translation>
    </message>
    <message>
      <source>luma</source>
      <translation>亮度</translation>
    </message>
    <message>
      <source>fuse</source>
      <translation>融合</translation>
    </message>
    <message>
      <source>compose</source>
      <translation>合成</translation>
    </message>
  </context>
  <context>
    <name>Statistics</name>
    <message>
      <source>Fusion</source>
      <translation>融合</translation>
    </message>
    <message>
      <source>Infrared</source>
      <translation>红外</translation>
    </message>
    <message>
      <source>Visible</source>
      <translation>可见光</translation>
    </message>
    <message>
      <source>Latency to fused p50 · p95</source>
      <translation>融合延迟 p50 · p95</translation>
    </message>
    <message>
      <source>Latency to painted p50 · p95</source>
      <translation>显示延迟 p50 · p95</translation>
    </message>
    <message>
      <source>Skew p50</source>
      <translation>时间差 p50</translation>
    </message>
    <message>
      <source>Skew p95</source>
      <translation>时间差 p95</translation>
    </message>
    <message>
      <source>Fused</source>
      <translation>已融合</translation>
    </message>
    <message>
      <source>Held (infrared too old)</source>
      <translation>沿用帧（红外过旧）</translation>
    </message>
    <message>
      <source>From one source alone</source>
      <translation>仅单路画面</translation>
    </message>
    <message>
      <source>Dropped: no partner in time</source>
      <translation>丢弃：无匹配帧</translation>
    </message>
    <message>
      <source>Dropped: infrared buffer full</source>
      <translation>丢弃：红外缓冲满</translation>
    </message>
    <message>
      <source>Dropped: visible buffer full</source>
      <translation>丢弃：可见光缓冲满</translation>
    </message>
    <message>
      <source>Skipped: no time to fuse</source>
      <translation>跳过：来不及融合</translation>
    </message>
    <message>
      <source>Infrared without visible</source>
      <translation>无可见光匹配的红外帧</translation>
    </message>
    <message>
      <source>Fused, not shown</source>
      <translation>已融合未显示</translation>
    </message>
    <message>
      <source>Shown, for recording comes first</source>
      <translation>显示抽帧（录制优先）</translation>
    </message>
    <message>
      <source>Dropped by the recording</source>
      <translation>录制丢帧</translation>
    </message>
    <message>
      <source>All stages</source>
      <translation>各阶段合计</translation>
    </message>
    <message>
      <source>Engine</source>
      <translation>推理引擎</translation>
    </message>
    <message>
      <source>reconnected {0} ×</source>
      <translation>重连 {0} 次</translation>
    </message>
  </context>
  <context>
    <name>StatisticsOverlay</name>
    <message>
      <source>Statistics</source>
      <translation>统计信息</translation>
    </message>
  </context>
  <context>
    <name>StatusBar</name>
    <message>
      <source>sent · {0}</source>
      <translation>发送 · {0}</translation>
    </message>
    <message>
      <source>sent · {0} of {1} in trouble</source>
      <translation>发送 · {1} 个中 {0} 个有问题</translation>
    </message>
    <message>
      <source>shared · {0} watching</source>
      <translation>共享中 · {0} 人观看</translation>
    </message>
    <message>
      <source>latency {0:.0f} ms</source>
      <translation>延迟 {0:.0f} ms</translation>
    </message>
    <message>
      <source>1 image</source>
      <translation>1 幅图像</translation>
    </message>
    <message>
      <source>{0} images</source>
      <translation>{0} 幅图像</translation>
    </message>
    <message>
      <source>open</source>
      <translation>已打开</translation>
    </message>
    <message>
      <source>reconnecting in {0:.0f} s</source>
      <translation>{0:.0f} 秒后重连</translation>
    </message>
    <message>
      <source>opening</source>
      <translation>正在打开</translation>
    </message>
    <message>
      <source>replay</source>
      <translation>回放</translation>
    </message>
    <message>
      <source>live</source>
      <translation>实时</translation>
    </message>
    <message>
      <source>stalled</source>
      <translation>停滞</translation>
    </message>
    <message>
      <source>reconnecting</source>
      <translation>正在重连</translation>
    </message>
    <message>
      <source>ended</source>
      <translation>已结束</translation>
    </message>
    <message>
      <source>failed</source>
      <translation>出错</translation>
    </message>
    <message>
      <source>closed</source>
      <translation>已关闭</translation>
    </message>
    <message>
      <source>skew –</source>
      <translation>时间差 –</translation>
    </message>
    <message>
      <source>skew {0:.0f} ms</source>
      <translation>时间差 {0:.0f} ms</translation>
    </message>
    <message>
      <source>{0:.3g} fps</source>
      <translation>{0:.3g} fps</translation>
    </message>
    <message>
      <source>– fps</source>
      <translation>– fps</translation>
    </message>
    <message>
      <source>fusion – fps</source>
      <translation>融合 – fps</translation>
    </message>
    <message>
      <source>fusion {0:.1f} fps</source>
      <translation>融合 {0:.1f} fps</translation>
    </message>
    <message>
      <source>now {0}</source>
      <translation>当前 {0}</translation>
    </message>
    <message>
      <source>dropped {0}</source>
      <translation>丢弃 {0}</translation>
    </message>
    <message>
      <source>skipped {0}</source>
      <translation>跳过 {0}</translation>
    </message>
    <message>
      <source>without partner {0}</source>
      <translation>无匹配 {0}</translation>
    </message>
    <message>
      <source>display every {0}th frame: recording comes first · {1} not shown</source>
      <translation>每 {0} 帧显示一帧：录制优先 · 未显示 {1}</translation>
    </message>
    <message>
      <source>display every 2nd frame: recording comes first · {1} not shown</source>
      <translation>每 2 帧显示一帧：录制优先 · 未显示 {1}</translation>
    </message>
    <message>
      <source>{0} dropped {1}</source>
      <translation>{0} 丢弃 {1}</translation>
    </message>
    <message>
      <source>{0} paused</source>
      <translation>{0} 已暂停</translation>
    </message>
    <message>
      <source>{0} h {1} min</source>
      <translation>{0} 小时 {1} 分</translation>
    </message>
    <message>
      <source>{0} min</source>
      <translation>{0} 分钟</translation>
    </message>
    <message>
      <source>disk {0}</source>
      <translation>磁盘 {0}</translation>
    </message>
    <message>
      <source>Infrared source</source>
      <translation>红外源</translation>
    </message>
    <message>
      <source>Visible source</source>
      <translation>可见光源</translation>
    </message>
    <message>
      <source>Time between infrared and visible frame</source>
      <translation>红外帧与可见光帧的时间差</translation>
    </message>
    <message>
      <source>Fused frames per second</source>
      <translation>每秒融合帧数</translation>
    </message>
    <message>
      <source>Time from a live frame's capture to its painted picture</source>
      <translation>从采集到显示的延迟</translation>
    </message>
    <message>
      <source>Frames that were not fused</source>
      <translation>未融合的帧</translation>
    </message>
    <message>
      <source>Model and device</source>
      <translation>模型与设备</translation>
    </message>
    <message>
      <source>Painting gives way to a recording</source>
      <translation>显示为录制让路</translation>
    </message>
    <message>
      <source>The session is shown to browsers</source>
      <translation>本次会话正在浏览器中共享</translation>
    </message>
    <message>
      <source>The session is sent to other programs: File › Share…</source>
      <translation>会话正在发送到其他程序：文件 › 共享…</translation>
    </message>
    <message>
      <source>Recording</source>
      <translation>录像</translation>
    </message>
    <message>
      <source>What the disk for recordings has left</source>
      <translation>录像磁盘剩余空间</translation>
    </message>
  </context>
  <context>
    <name>SwipeHandle</name>
    <message>
      <source>Dividing line</source>
      <translation>分隔线</translation>
    </message>
    <message>
      <source>Drag to compare</source>
      <translation>拖动以对比</translation>
    </message>
  </context>
  <context>
    <name>Switching</name>
    <message>
      <source>A recording is running. Finish it and open another pair?</source>
      <translation>正在录制。结束录制并打开另一对视频？</translation>
    </message>
    <message>
      <source>Finish and open</source>
      <translation>结束并打开</translation>
    </message>
    <message>
      <source>A recording is running. Finish it and close the pair?</source>
      <translation>正在录制。结束录制并关闭这对视频？</translation>
    </message>
    <message>
      <source>Finish and close</source>
      <translation>结束并关闭</translation>
    </message>
    <message>
      <source>Recording</source>
      <translation>录像</translation>
    </message>
    <message>
      <source>Go on recording</source>
      <translation>继续录制</translation>
    </message>
  </context>
  <context>
    <name>TagsDialog</name>
    <message>
      <source>FUSED, IR, VISIBLE: which picture it is.</source>
      <translation>融合、红外、可见光：这是哪一路画面。</translation>
    </message>
    <message>
      <source>Then what fuses: the model or mode, with strength and threshold if they are set.</source>
      <translation>其后是融合所用的模型或模式；若设置了强度和阈值，也一并写出。</translation>
    </message>
    <message>
      <source>WHAT INFRARED ADDS: orange where the fused picture is brighter than visible, blue where it is darker.</source>
      <translation>红外补充的内容：橙色表示融合画面比可见光更亮，蓝色表示更暗。</translation>
    </message>
    <message>
      <source>… ONLY: the other source is lost; the picture goes on without it.</source>
      <translation>仅可见光、仅红外：另一路信号已丢失，画面继续显示，但不含它。</translation>
    </message>
    <message>
      <source>A size: at which the network computes; “reduced” if the picture itself is larger.</source>
      <translation>尺寸：网络的工作分辨率；“降至”表示画面本身更大。</translation>
    </message>
    <message>
      <source>CPU or CUDA: the device that computes.</source>
      <translation>CPU 或 CUDA：计算设备。</translation>
    </message>
    <message>
      <source>FROZEN: the view stands still. STALE: the source is gone; it is the last frame.</source>
      <translation>定格：画面静止。旧帧：信号已中断，显示的是最后一帧。</translation>
    </message>
    <message>
      <source>held: the last infrared frame is shown again, because no newer one has come.</source>
      <translation>沿用：没有新的红外帧，继续显示上一帧。</translation>
    </message>
    <message>
      <source>NUC: the infrared camera has closed its shutter for a moment.</source>
      <translation>NUC：红外相机短暂关闭快门进行校正。</translation>
    </message>
    <message>
      <source>Other words are the palette, and what there is to know of a file.</source>
      <translation>其余文字是调色板，以及文件的特殊之处。</translation>
    </message>
    <message>
      <source>What the tags say</source>
      <translation>标签说明</translation>
    </message>
  </context>
  <context>
    <name>ThermalDock</name>
    <message>
      <source>Steady</source>
      <translation>平稳</translation>
    </message>
    <message>
      <source>Detail</source>
      <translation>细节增强</translation>
    </message>
    <message>
      <source>Whole range</source>
      <translation>全量程</translation>
    </message>
    <message>
      <source>Manual</source>
      <translation>手动</translation>
    </message>
    <message>
      <source>White is hot</source>
      <translation>白热</translation>
    </message>
    <message>
      <source>Black is hot</source>
      <translation>黑热</translation>
    </message>
    <message>
      <source>Automatic</source>
      <translation>自动</translation>
    </message>
    <message>
      <source>Picture, 8 bit</source>
      <translation>图像，8 位</translation>
    </message>
    <message>
      <source>Counts, 16 bit</source>
      <translation>计数值，16 位</translation>
    </message>
    <message>
      <source>Picture above counts</source>
      <translation>上图像、下计数值</translation>
    </message>
    <message>
      <source>No temperatures</source>
      <translation>无温度</translation>
    </message>
    <message>
      <source>1/100 kelvin</source>
      <translation>1/100 K</translation>
    </message>
    <message>
      <source>1/64 kelvin</source>
      <translation>1/64 K</translation>
    </message>
    <message>
      <source>&amp;Take jumps of the gain out</source>
      <translation>消除增益跳变(&amp;T)</translation>
    </message>
    <message>
      <source>Fill &amp;stuck pixels</source>
      <translation>修补坏点(&amp;S)</translation>
    </message>
    <message>
      <source>&amp;Recognise a closed shutter</source>
      <translation>识别快门校正 (NUC)(&amp;R)</translation>
    </message>
    <message>
      <source>&amp;Lock the gain as it is</source>
      <translation>锁定当前增益(&amp;L)</translation>
    </message>
    <message>
      <source>No infrared yet.</source>
      <translation>尚无红外画面。</translation>
    </message>
    <message>
      <source>The camera sends 8 bit pictures: no counts, no temperatures.</source>
      <translation>相机输出 8 位图像：无计数值，无温度。</translation>
    </message>
    <message>
      <source>Centre</source>
      <translation>中心</translation>
    </message>
    <message>
      <source>Coldest</source>
      <translation>最低</translation>
    </message>
    <message>
      <source>Hottest</source>
      <translation>最高</translation>
    </message>
    <message>
      <source>The shutter is closed (NUC).</source>
      <translation>快门关闭，正在校正 (NUC)。</translation>
    </message>
    <message>
      <source>{0} stuck pixels are filled.</source>
      <translation>已修补 {0} 个坏点。</translation>
    </message>
    <message>
      <source>Gain</source>
      <translation>增益</translation>
    </message>
    <message>
      <source>Polarity of the camera</source>
      <translation>相机极性</translation>
    </message>
    <message>
      <source>What the camera sends</source>
      <translation>相机输出内容</translation>
    </message>
    <message>
      <source>Temperatures</source>
      <translation>温度</translation>
    </message>
    <message>
      <source>Level</source>
      <translation>电平</translation>
    </message>
    <message>
      <source>Span</source>
      <translation>跨度</translation>
    </message>
    <message>
      <source>Colours on the screen</source>
      <translation>显示调色板</translation>
    </message>
    <message>
      <source>Picture</source>
      <translation>图像</translation>
    </message>
    <message>
      <source>Camera</source>
      <translation>相机</translation>
    </message>
    <message>
      <source>Method</source>
      <translation>方法</translation>
    </message>
    <message>
      <source>Colours</source>
      <translation>调色板</translation>
    </message>
    <message>
      <source>Sends</source>
      <translation>输出</translation>
    </message>
    <message>
      <source>Counts are</source>
      <translation>计数单位</translation>
    </message>
    <message>
      <source>Polarity</source>
      <translation>极性</translation>
    </message>
  </context>
  <context>
    <name>TileMenus</name>
    <message>
      <source>&amp;Copy picture</source>
      <translation>复制画面(&amp;C)</translation>
    </message>
    <message>
      <source>Show &amp;all models</source>
      <translation>显示所有模型(&amp;A)</translation>
    </message>
    <message>
      <source>&amp;Measure here</source>
      <translation>在此测量(&amp;M)</translation>
    </message>
    <message>
      <source>S&amp;wipe against</source>
      <translation>划动对比(&amp;W)</translation>
    </message>
    <message>
      <source>&amp;Palette</source>
      <translation>调色板(&amp;P)</translation>
    </message>
  </context>
  <context>
    <name>TileStates</name>
    <message>
      <source>Infrared</source>
      <translation>红外</translation>
    </message>
    <message>
      <source>Visible</source>
      <translation>可见光</translation>
    </message>
  </context>
  <context>
    <name>Timeline</name>
    <message>
      <source>{0} frames are missing here</source>
      <translation>此处缺少 {0} 帧</translation>
    </message>
    <message>
      <source>Marker</source>
      <translation>标记</translation>
    </message>
  </context>
  <context>
    <name>Titles</name>
    <message>
      <source>thermal edges</source>
      <translation>热边缘</translation>
    </message>
    <message>
      <source>hot overlay</source>
      <translation>高温区</translation>
    </message>
    <message>
      <source>blend</source>
      <translation>加权混合</translation>
    </message>
    <message>
      <source>pyramid</source>
      <translation>金字塔融合</translation>
    </message>
    <message>
      <source>infrared alone</source>
      <translation>仅红外</translation>
    </message>
    <message>
      <source>visible alone</source>
      <translation>仅可见光</translation>
    </message>
    <message>
      <source>above {0}</source>
      <translation>高于 {0}</translation>
    </message>
    <message>
      <source>below {1}</source>
      <translation>低于 {1}</translation>
    </message>
    <message>
      <source>{2} to {1}</source>
      <translation>{2} 至 {1}</translation>
    </message>
    <message>
      <source>{0} %</source>
      <translation>{0} %</translation>
    </message>
    <message>
      <source>{0} counts</source>
      <translation>{0} 计数</translation>
    </message>
    <message>
      <source>{0} °C</source>
      <translation>{0} °C</translation>
    </message>
    <message>
      <source>VISIBLE ONLY · infrared lost</source>
      <translation>仅可见光 · 红外丢失</translation>
    </message>
    <message>
      <source>IR ONLY · visible lost</source>
      <translation>仅红外 · 可见光丢失</translation>
    </message>
    <message>
      <source>FUSED</source>
      <translation>融合</translation>
    </message>
    <message>
      <source>WHAT INFRARED ADDS</source>
      <translation>红外补充的内容</translation>
    </message>
    <message>
      <source>NUC, shutter closed</source>
      <translation>NUC，快门关闭</translation>
    </message>
    <message>
      <source>held, {0:.1f} s old</source>
      <translation>沿用，{0:.1f} 秒前</translation>
    </message>
    <message>
      <source>IR</source>
      <translation>红外</translation>
    </message>
    <message>
      <source>VISIBLE</source>
      <translation>可见光</translation>
    </message>
    <message>
      <source>{0} reduced</source>
      <translation>降至 {0}</translation>
    </message>
    <message>
      <source>strength {0} %</source>
      <translation>强度 {0} %</translation>
    </message>
    <message>
      <source>FROZEN</source>
      <translation>定格</translation>
    </message>
    <message>
      <source>STALE, {0:.0f} s old</source>
      <translation>旧帧，{0:.0f} 秒前</translation>
    </message>
    <message>
      <source>STALE</source>
      <translation>旧帧</translation>
    </message>
  </context>
  <context>
    <name>TransportBar</name>
    <message>
      <source>Position</source>
      <translation>位置</translation>
    </message>
    <message>
      <source>Position in the video</source>
      <translation>视频中的位置</translation>
    </message>
    <message>
      <source>Time</source>
      <translation>时间</translation>
    </message>
    <message>
      <source>Speed</source>
      <translation>速度</translation>
    </message>
    <message>
      <source>Speed of playing</source>
      <translation>播放速度</translation>
    </message>
  </context>
  <context>
    <name>TrialPicture</name>
    <message>
      <source>{0}: test picture</source>
      <translation>{0}：测试画面</translation>
    </message>
    <message>
      <source>Opening</source>
      <translation>正在打开</translation>
    </message>
    <message>
      <source>No test picture</source>
      <translation>没有测试画面</translation>
    </message>
    <message>
      <source>{0:.1f} fps</source>
      <translation>{0:.1f} fps</translation>
    </message>
  </context>
  <context>
    <name>Troubles</name>
    <message>
      <source>A source cannot be read: check its connection, or choose another</source>
      <translation>视频源无法读取：请检查连接，或另选视频源</translation>
    </message>
    <message>
      <source>The two sources do not go together: check the files and the offset</source>
      <translation>两路视频无法匹配：请检查文件和时间偏移</translation>
    </message>
    <message>
      <source>Infrared is not as the settings say: see the Thermal dock</source>
      <translation>红外数据与设置不符：请查看热像面板</translation>
    </message>
    <message>
      <source>No alignment was found: align by hand in the Alignment dock</source>
      <translation>未能求出配准：请在配准面板中手动配准</translation>
    </message>
    <message>
      <source>Too little memory: choose a smaller model, or the CPU</source>
      <translation>内存不足：请换用较小的模型，或改用 CPU</translation>
    </message>
    <message>
      <source>The model cannot fuse: choose another model</source>
      <translation>模型无法运行：请换用其他模型</translation>
    </message>
    <message>
      <source>A file cannot be written: check the folder and the disk</source>
      <translation>文件无法写入：请检查文件夹和磁盘</translation>
    </message>
    <message>
      <source>It does not arrive: check the address and who receives it</source>
      <translation>未能送达：请检查地址和接收方</translation>
    </message>
    <message>
      <source>A setting is not allowed: check the rig or the settings</source>
      <translation>设置无效：请检查配置文件或设置</translation>
    </message>
    <message>
      <source>It cannot be done</source>
      <translation>无法完成</translation>
    </message>
    <message>
      <source>The program has a fault: copy the diagnostics in the menu Help</source>
      <translation>程序出错：请用“帮助”菜单复制诊断信息</translation>
    </message>
    <message>
      <source>{0} · {1}</source>
      <translation>{0} · 原文：{1}</translation>
    </message>
  </context>
  <context>
    <name>ViewGrid</name>
    <message>
      <source>FUSED</source>
      <translation>融合</translation>
    </message>
    <message>
      <source>IR</source>
      <translation>红外</translation>
    </message>
    <message>
      <source>VISIBLE</source>
      <translation>可见光</translation>
    </message>
    <message>
      <source>Pictures</source>
      <translation>画面</translation>
    </message>
    <message>
      <source>Waiting for the first fused picture</source>
      <translation>等待首幅融合画面</translation>
    </message>
    <message>
      <source>Waiting for infrared</source>
      <translation>等待红外</translation>
    </message>
    <message>
      <source>Waiting for visible</source>
      <translation>等待可见光</translation>
    </message>
    <message>
      <source>VISIBLE · peek</source>
      <translation>可见光 · 临时查看</translation>
    </message>
    <message>
      <source>ALIGNMENT · edges of infrared on visible</source>
      <translation>配准 · 可见光上的红外边缘</translation>
    </message>
  </context>
  <context>
    <name>WallController</name>
    <message>
      <source>rests while it records</source>
      <translation>录制期间暂停</translation>
    </message>
    <message>
      <source>FROZEN</source>
      <translation>定格</translation>
    </message>
  </context>
  <context>
    <name>WallView</name>
    <message>
      <source>Wall of models</source>
      <translation>模型墙</translation>
    </message>
    <message>
      <source>{0} · what infrared adds</source>
      <translation>{0} · 红外补充的内容</translation>
    </message>
    <message>
      <source>Waiting for the first fused picture</source>
      <translation>等待首幅融合画面</translation>
    </message>
    <message>
      <source>entropy {0:.1f} bit · edges kept {1:.0f} % · clipped {2:.1f} %</source>
      <translation>熵 {0:.1f} 比特 · 边缘保留 {1:.0f} % · 截断 {2:.1f} %</translation>
    </message>
    <message>
      <source>failed</source>
      <translation>出错</translation>
    </message>
    <message>
      <source>{0:.0f} ms</source>
      <translation>{0:.0f} ms</translation>
    </message>
    <message>
      <source>under 1 ms</source>
      <translation>不到 1 ms</translation>
    </message>
    <message>
      <source>{0:.1f} fps</source>
      <translation>{0:.1f} fps</translation>
    </message>
    <message>
      <source>{0:.1f} s behind</source>
      <translation>落后 {0:.1f} 秒</translation>
    </message>
    <message>
      <source>{0} dropped</source>
      <translation>丢弃 {0}</translation>
    </message>
    <message>
      <source>not as asked</source>
      <translation>与要求不同</translation>
    </message>
    <message>
      <source>infrared lost</source>
      <translation>红外丢失</translation>
    </message>
    <message>
      <source>visible lost</source>
      <translation>可见光丢失</translation>
    </message>
    <message>
      <source>Choose models in View, Models on the wall</source>
      <translation>请在“视图”菜单的“模型墙上的模型”中选择</translation>
    </message>
  </context>
</TS>
